/**
 * Builds the relay once for all tests that start it as a process: a start takes a fifth of the CPU that the source
 * takes, whose types are removed each time.
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'tsup'
import { common, program, threads } from '../../tsup.config.ts'

export default async function buildRelay(): Promise<() => Promise<void>> {
  // Packages are found from here, as from the source.
  const folder = resolve(`node_modules/.cache/relay-${process.pid}`)
  const outDir = join(folder, 'dist')
  const entry = [...threads, ...program.filter(file => !file.startsWith('src/testing/'))]
  await build({
    ...common,
    entry,
    outDir,
    format: 'esm',
    config: false,
    silent: true,
    outExtension: () => ({ js: '.js' }),
  })
  await mkdir(outDir, { recursive: true })
  await copyFile('package.json', join(folder, 'package.json'))
  const file = join(outDir, 'relay-program.js')
  await writeFile(file, "import { runRelay } from './relay/index.js'\nawait runRelay(process.argv.slice(2))\n")
  // `relayProcess` and the tests of the command line start them; without them, the source.
  process.env.POSTERN_TEST_RELAY = file
  process.env.POSTERN_TEST_CLI = join(outDir, 'cli/main.js')
  return async () => await rm(folder, { recursive: true, force: true })
}
