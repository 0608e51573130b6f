/** Where the command line writes. */

/** Writes lines for a person. */
export interface Output {
  readonly out: (line: string) => void
  readonly error: (line: string) => void
  /** Shows a line in place of the last one, '' takes it away; absent without a terminal. */
  readonly progress?: (line: string) => void
}

/** The process's own output. A line of progress is shown on standard error, and taken away before other lines. */
export function terminal(): Output {
  let isShown = false
  const progress = (line: string): void => {
    if (line !== '' || isShown) process.stderr.write(`\r\x1b[K${line}`)
    isShown = line !== ''
  }
  return {
    out: line => {
      progress('')
      console.log(line)
    },
    error: line => {
      progress('')
      console.error(line)
    },
    ...(process.stderr.isTTY === true && { progress }),
  }
}
