/** The rules for Prometheus with its own tool: they are right, and begin when they should. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { INSTALL_TIMEOUT, need } from '../support/services.ts'

const run = promisify(execFile)
const cwd = fileURLToPath(new URL('../../deploy', import.meta.url))

test('promtool accepts the rules, and their tests pass', { timeout: INSTALL_TIMEOUT }, async () => {
  const promtool = await need('promtool', ['prometheus'])
  const checked = await run(promtool, ['check', 'rules', 'prometheus-rules.yml'], { cwd })
  expect(checked.stdout).toMatch(/SUCCESS: 11 rules found/)
  const tested = await run(promtool, ['test', 'rules', 'prometheus-rules.test.yml'], { cwd })
  expect(`${tested.stdout}${tested.stderr}`).toContain('SUCCESS')
})
