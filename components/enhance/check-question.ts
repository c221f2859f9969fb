/** Shows the explanation of the option that was chosen, and says it once. */
export class CheckQuestion extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('change', this.choose);
  }

  disconnectedCallback(): void {
    this.removeEventListener('change', this.choose);
  }

  private choose = (event: Event): void => {
    const chosen = (event.target as Element).closest('.option');
    for (const option of this.querySelectorAll('.option')) {
      const why = option.querySelector<HTMLElement>('.option-why');
      const isChosen = option === chosen;
      if (why) why.hidden = !isChosen;
      if (isChosen) option.setAttribute('data-chosen', '');
      else option.removeAttribute('data-chosen');
    }
    const said = this.querySelector('[data-said]');
    const why = chosen?.querySelector('.option-why');
    if (said && why) said.textContent = why.textContent;
  };
}
