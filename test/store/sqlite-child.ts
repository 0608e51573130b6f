/** A separate process on a store in a file: node sqlite-child.ts FILE count N | count-for-ever | fill | idle */
import { sqliteStore } from '../../src/store/sqlite/sqlite.ts'

const [file = '', task = '', times = '0'] = process.argv.slice(2)
const store = sqliteStore({ file, notify: ({ reason }) => console.error(reason) })
const lasts = 600_000
const say = (line: string) => new Promise<void>(done => process.stdout.write(`${line}\n`, () => done()))
const count = async (key: string) => (await store.run([{ op: 'increment', key, by: 1, ttl: lasts }]))[0].count

if (task === 'count') {
  const [mine] = await store.run([{ op: 'add', key: 'first', value: `${process.pid}`, ttl: lasts }])
  const counts: number[] = []
  // One after another, and some at once.
  for (let time = 0; time < Number(times) / 2; time += 1) counts.push(await count('counted'))
  counts.push(...(await Promise.all(Array.from({ length: Number(times) / 2 }, () => count('counted')))))
  await say(JSON.stringify({ added: mine.added, counts }))
  await store.close()
}
if (task === 'count-for-ever') for (;;) await say(`${await count('counted')}`)
if (task === 'fill') {
  const outcomes: string[] = []
  for (let index = 0; index < 40; index += 1) {
    const put = async () => await store.run([{ op: 'set', key: `${index}`, value: 'v'.repeat(65_536), ttl: lasts }])
    outcomes.push(
      await put().then(
        () => 'kept',
        (error: Error) => error.message,
      ),
    )
  }
  const [first] = await store.run([{ op: 'get', key: '0' }])
  await say(JSON.stringify({ outcomes, first: first?.value.length }))
  await store.close()
}
if (task === 'idle') await count('counted')
