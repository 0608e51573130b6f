/** How a Start page is read by the script that plays it. */
import { expect, test } from 'vitest'
import { commonJsOf, find, stepsOf } from '../scripts/first-hour/page.ts'

const page = [
  'Save this as `server.ts`.',
  '```ts\nimport 1\n```',
  'Run it:',
  '```sh\nnpm install postern\nnode server.ts\n```',
  '```text\nlistening\n```',
  'An example that is not saved:',
  '```ts\nconst x = 1\n```',
  '## CommonJS',
  'Save this as `server.cjs`.',
  '```js\nrequire(1)\n```',
].join('\n\n')

test('a page is files to save, commands to run and output to see', () => {
  expect(stepsOf(page.split('## CommonJS')[0] ?? '')).toEqual([
    { kind: 'save', file: 'server.ts', text: 'import 1\n' },
    { kind: 'run', commands: ['npm install postern', 'node server.ts'] },
    { kind: 'see', lines: ['listening'] },
  ])
})

test('for CommonJS its file takes the place of the first one', () => {
  expect(commonJsOf(page)).toEqual([
    { kind: 'save', file: 'server.cjs', text: 'require(1)\n' },
    { kind: 'run', commands: ['npm install postern', 'node server.cjs'] },
    { kind: 'see', lines: ['listening'] },
  ])
  expect(() => commonJsOf('# Nothing')).toThrow('no section "## CommonJS"')
})

test('a line is seen whatever its reference, and not when its words differ', () => {
  const line = '250 2.6.0 Accepted ref=ESFJRRCX'
  expect(find(line, 'x\n250 2.6.0 Accepted ref=AAAA1111\n')).toEqual(new Map([['ESFJRRCX', 'AAAA1111']]))
  expect(find(line, '250 2.6.0 Accepted')).toBeUndefined()
  expect(find(line, '250 2.6.0 Refused ref=AAAA1111')).toBeUndefined()
})
