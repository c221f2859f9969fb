import type { Container } from '../schema/types';

/** What tells a changed container from an unchanged one: of all that may change in a living Pod, the image (HashContainer). */
export function containerHash(container: Pick<Container, 'name' | 'image'>): string {
  return `${container.name}=${container.image}`;
}
