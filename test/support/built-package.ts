/**
 * Builds the package once for all tests that start its programs, run examples with it or bundle it: a start takes a
 * fifth of the CPU that the source takes, whose types are removed each time.
 */
import { copyFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build, type Options } from 'tsup'
import { markConstants } from '../../scripts/pure-constants.ts'
import config from '../../tsup.config.ts'

export default async function buildPackage(): Promise<() => Promise<void>> {
  // Packages are found from here, as from the source.
  const folder = resolve(`node_modules/.cache/package-${process.pid}`)
  const outDir = join(folder, 'dist')
  await build({ ...(config as Options), outDir, config: false, silent: true, outExtension: () => ({ js: '.js' }) })
  markConstants(outDir)
  await copyFile('package.json', join(folder, 'package.json'))
  const relay = "import { runRelay } from './dist/relay/index.js'\nawait runRelay(process.argv.slice(2))\n"
  await writeFile(join(folder, 'relay-program.js'), relay)
  process.env.POSTERN_TEST_PACKAGE = folder
  return async () => await rm(folder, { recursive: true, force: true })
}
