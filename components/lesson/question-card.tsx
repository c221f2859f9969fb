import type { QuestionData } from '../../core/content/lesson-schema';
import { Icon } from '../shell/icons';
import { InlineCode } from './inline-code';

/**
 * A question that tests understanding. Each option carries its explanation; `check-question` (../enhance) shows the
 * one that was chosen. Without JavaScript all explanations are in the fold below.
 */
export function QuestionCard({ id, question }: { id: string; question: QuestionData }) {
  return (
    <check-question class="question">
      <form>
        <fieldset>
          <legend>
            <span className="eyebrow">Check yourself</span>
            <span className="question-ask">
              <InlineCode text={question.ask} />
            </span>
          </legend>
          {question.options.map((option, at) => {
            const why = `${id}-${at}-why`;
            return (
              <div className="option" key={option.text} data-right={option.right ? '' : undefined}>
                <label>
                  <input type="radio" name={id} value={at} />
                  <span>
                    <InlineCode text={option.text} />
                  </span>
                </label>
                <p className="option-why" id={why} hidden suppressHydrationWarning>
                  <span className={option.right ? 'text-pea' : 'text-brick'}>
                    <Icon name={option.right ? 'passed' : 'failed'} />
                    <strong>{option.right ? 'Right.' : 'Not quite.'}</strong>
                  </span>{' '}
                  <InlineCode text={option.why} />
                </p>
              </div>
            );
          })}
        </fieldset>
        <p role="status" className="sr-only" data-said="" suppressHydrationWarning />
      </form>
      <noscript>
        <details>
          <summary>Answer</summary>
          {question.options.map((option) => (
            <p key={option.text}>
              <strong>
                <InlineCode text={option.text} />
              </strong>{' '}
              <InlineCode text={option.why} />
            </p>
          ))}
        </details>
      </noscript>
    </check-question>
  );
}
