/** The Start pages, played as a newcomer plays them: with Node, npm, and nothing else. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'

test.for(['embed', 'embed-commonjs', 'gateway', 'rule'])(
  'each command of the page works, each shown output is seen, in time: %s',
  { timeout: 900_000 },
  page => {
    if (!existsSync('dist/cli/main.js')) expect(spawnSync('npm', ['run', 'build']).status).toBe(0)
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/first-hour.ts', page], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
    expect(stdout).toMatch(new RegExp(`^${page}: [\\d.]+ s of \\d+ min`, 'm'))
  },
)
