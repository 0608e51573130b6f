/** Verbs run one after another, in the order of their calls. */
import { expect, test } from 'vitest'
import { Turns } from '../../src/engine/turns.ts'

const pause = () => new Promise<void>(resolve => setImmediate(resolve))

test('the first verb begins at once, and later ones wait for those before them', async () => {
  const turns = new Turns()
  const order: string[] = []
  const verb = (name: string) => async (): Promise<string> => {
    order.push(`${name} begins`)
    await pause()
    order.push(`${name} ends`)
    return name
  }
  const taken = [turns.take(verb('a')), turns.take(verb('b')), turns.take(() => 'c')]
  expect(order).toEqual(['a begins'])
  expect(await Promise.all(taken)).toEqual(['a', 'b', 'c'])
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})

test('a verb that rejects keeps no other waiting', async () => {
  const turns = new Turns()
  const failing = turns.take(async () => {
    await pause()
    throw new Error('broken')
  })
  const next = turns.take(() => 'next')
  await expect(failing).rejects.toThrow('broken')
  expect(await next).toBe('next')
})

test('when all verbs have settled the next one begins at once again', async () => {
  const turns = new Turns()
  await turns.take(pause)
  await pause()
  let begun = false
  void turns.take(() => {
    begun = true
  })
  expect(begun).toBe(true)
})
