/** How long answers are remembered: with their scope, unless nobody waited for them to the end. */
import { expect, test, vi } from 'vitest'
import { Scope } from '../../src/engine/scope.ts'
import { type Connection, fact } from '../../src/index.ts'

const until = (signal: AbortSignal) =>
  new Promise<never>((_, fail) => signal.addEventListener('abort', () => fail(signal.reason), { once: true }))

test('a fact that fails stays failed for its scope, an aborted one is forgotten', async () => {
  const find = {
    aborted: vi.fn(({ signal }: Connection) => until(signal)),
    failing: vi.fn(() => Promise.reject(new Error('no'))),
  }
  const [aborted, failing] = [fact('aborted', 'connect', find.aborted), fact('failing', 'connect', find.failing)]
  const scope = new Scope<Connection>('connect', undefined, {})
  for (let times = 1; times <= 2; times += 1) {
    const asked = [scope.view.ask(aborted), scope.view.ask(aborted)]
    await expect(scope.view.ask(failing)).rejects.toThrow('no')
    scope.cancel()
    for (const answer of asked) await expect(answer).rejects.toThrow('the answer no longer matters')
    expect(find.aborted).toHaveBeenCalledTimes(times)
  }
  expect(find.failing).toHaveBeenCalledTimes(1)
  scope.end()
})
