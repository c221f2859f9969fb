/** Which shell is spoken: BusyBox ash, Debian's dash (as ash, with its own wording), or bash. */
export type Dialect = 'ash' | 'dash' | 'bash';

/** What `$BASH_VERSION` and `bash --version` say. */
export const bashVersion = '5.2.15(1)-release';
