/** The Start pages, played as a newcomer plays them: with Node, npm, and nothing else. */
import { spawnSync } from 'node:child_process'
import { beforeAll, expect, test } from 'vitest'
import { pack } from './support/packed.ts'
import { scratch } from './support/scratch.ts'

let tarball = ''

beforeAll(async () => {
  const folder = await scratch()
  tarball = (await pack(folder.path)).tarball
  return async () => await folder[Symbol.asyncDispose]()
})

test.for(['embed', 'embed-commonjs', 'gateway', 'rule'])(
  'each command of the page works, each shown output is seen, in time: %s',
  { timeout: 900_000 },
  page => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['scripts/first-hour.ts', '--tarball', tarball, page],
      { encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(stderr)
    expect(stdout).toMatch(new RegExp(`^${page}: [\\d.]+ s of \\d+ min`, 'm'))
  },
)
