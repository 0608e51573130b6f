/** Archives that 7-Zip itself writes. */
import { createRequire } from 'node:module'

interface SevenZip {
  readonly FS: {
    writeFile(path: string, bytes: Uint8Array): void
    readFile(path: string): Uint8Array
    mkdir(path: string): void
    chdir(path: string): void
  }
  callMain(args: string[]): number
}

const start = createRequire(import.meta.url)('7z-wasm') as (options: object) => Promise<SevenZip>

/**
 * An archive of these files. The extension of `name` decides its format (`a.7z`, `a.wim`, `a.tar`, `a.xz`).
 *
 * @param options such as `-psecret`, `-mhe=on`, `-mx=0`
 */
export async function pack(
  name: string,
  files: Readonly<Record<string, Buffer | string>>,
  options: readonly string[] = [],
): Promise<Buffer> {
  const printed: string[] = []
  const print = (line: string) => printed.push(line)
  const { FS, callMain } = await start({ print, printErr: print, stdin: () => null })
  FS.mkdir('/files')
  FS.chdir('/files')
  for (const [path, content] of Object.entries(files)) FS.writeFile(`/files/${path}`, Buffer.from(content))
  const status = callMain(['a', ...options, `/${name}`, '--', ...Object.keys(files)])
  if (status !== 0) throw new Error(printed.join('\n'))
  return Buffer.from(FS.readFile(`/${name}`))
}
