import { Writable } from 'node:stream';

/** A terminal as far as progress bars use one: what a person would see after all that was written. */
export class Screen extends Writable {
  readonly isTTY = true;
  readonly rows = 10;
  readonly columns: number;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  override _write(text: string, _: BufferEncoding, done: () => void): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal is made of them.
    for (const [, parameter, command, character] of text.matchAll(/\u001b\[(\d*)([A-Z])|([\s\S])/g)) {
      if (command === undefined) this.#put(character ?? '');
      else this.#obey(command, Number(parameter === '' ? 0 : parameter));
    }
    done();
  }

  /** The lines, without empty ones at the end. */
  lines(): readonly string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#goTo(this.#row + 1, 0);
    else if (character === '\u001b') throw new Error('This terminal does not know that sequence.');
    else {
      // A full line goes on in the next one.
      if (this.#column === this.columns) this.#goTo(this.#row + 1, 0);
      const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
      this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }

  #obey(command: string, parameter: number): void {
    const line = this.#lines[this.#row] ?? '';
    if (command === 'A') this.#goTo(Math.max(0, this.#row - Math.max(1, parameter)), this.#column);
    else if (command === 'G') this.#column = Math.max(1, parameter) - 1;
    else if (command === 'K') this.#lines[this.#row] = parameter === 2 ? '' : line.slice(0, this.#column);
    else if (command === 'J') {
      this.#lines = this.#lines.slice(0, this.#row + 1);
      this.#lines[this.#row] = line.slice(0, this.#column);
    } else throw new Error(`This terminal does not know ${command}.`);
  }

  #goTo(row: number, column: number): void {
    while (this.#lines.length <= row) this.#lines.push('');
    this.#row = row;
    this.#column = column;
  }
}
