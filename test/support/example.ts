/** The examples as a user has them: copied into an empty folder, with other ports, and run by Node. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import './package-source.ts'
import { scratch } from './scratch.ts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)
const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const hooks = new URL('./package-source.ts', import.meta.url).href

/** The module of an example, loaded by Node: it imports `postern` as users do, and gets the source. */
export const loadExample = <T>(file: string): T => require(join(examples, file)) as T

/** A program of an example that runs. */
export interface ExampleProgram extends AsyncDisposable {
  /** What it has written. */
  readonly output: () => string
  /** Waits until it has written that. */
  readonly writes: (expected: RegExp) => Promise<void>
  /** Ends it, and waits until it has ended. */
  readonly end: () => Promise<void>
}

/** A folder with copies of example files. */
export interface ExampleFolder extends AsyncDisposable {
  readonly path: string
  /** Runs Node to its end. @returns what it has written to standard output */
  readonly node: (...args: readonly string[]) => Promise<string>
  /** Starts Node, and waits until it has written `ready`. */
  readonly start: (ready: RegExp, ...args: readonly string[]) => Promise<ExampleProgram>
}

/**
 * @param ports what stands in place of the ports in the files
 * @param environment further variables
 */
export async function exampleFolder(
  files: readonly string[],
  ports: Readonly<Record<string, number>> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<ExampleFolder> {
  const folder = await scratch('example-')
  for (const file of files) {
    const copy = join(folder.path, basename(file))
    await cp(join(examples, file), copy)
    const text = await readFile(copy, 'utf8')
    await writeFile(
      copy,
      text.replace(/\b\d{4,5}\b/g, number => String(ports[number] ?? number)),
    )
  }
  await symlink(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder.path, 'node_modules'))
  await writeFile(join(folder.path, 'package.json'), '{ "type": "module" }\n')
  const options = {
    cwd: folder.path,
    env: {
      ...process.env,
      ...{ NODE_OPTIONS: `--no-warnings --import ${hooks}`, POSTERN_EXAMPLE_DNS: '1', ...environment },
    },
  }
  return {
    path: folder.path,
    node: async (...args) => (await run(process.execPath, args, options)).stdout,
    start: async (ready, ...args) => {
      const program = programOf(spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] }))
      await program.writes(ready)
      return program
    },
    [Symbol.asyncDispose]: folder.remove,
  }
}

function programOf(child: ChildProcess): ExampleProgram {
  const ended = once(child, 'exit')
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', bytes => {
      output += String(bytes)
    })
  const writes = (expected: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (expected.test(output)) resolve()
      }
      look()
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', look)
      child.on('close', () => reject(new Error(`the program has ended without ${expected}: ${output}`)))
    })
  const end = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return { output: () => output, writes, end, [Symbol.asyncDispose]: end }
}
