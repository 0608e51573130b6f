/**
 * Builds the relay once for all tests that start it as a process: a start takes a fifth of the CPU that the source
 * takes, whose types are removed each time.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'tsup'
import { common, program, threads } from '../../tsup.config.ts'

export default async function buildRelay(): Promise<() => Promise<void>> {
  // Packages are found from here, as from the source.
  const outDir = resolve(`node_modules/.cache/relay-${process.pid}`)
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
  await writeFile(join(outDir, 'package.json'), '{ "type": "module" }')
  const file = join(outDir, 'relay-program.js')
  await writeFile(file, "import { runRelay } from './relay/index.js'\nawait runRelay(process.argv.slice(2))\n")
  // `relayProcess` starts it; without it, the source.
  process.env.POSTERN_TEST_RELAY = file
  return async () => await rm(outDir, { recursive: true, force: true })
}
