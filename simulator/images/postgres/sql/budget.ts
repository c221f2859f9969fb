import { notSimulated } from './sql-error';

/** Rows that one statement may look at: it is carried out in one turn, and must not hold up what else runs here. */
const most = 1_000_000;

/** What a statement has left of its turn. */
export class Budget {
  private left = most;

  /** Counts rows that are looked at. Throws SqlError when they are too many. */
  spend(rows: number): void {
    this.left -= rows;
    if (this.left < 0) throw notSimulated(`statements that look at more than ${most} rows`);
  }
}
