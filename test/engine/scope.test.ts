/** How long answers are remembered: with their scope, unless they were aborted. */
import { Readable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { Scope } from '../../src/engine/scope.ts'
import { viewOf } from '../../src/engine/view.ts'
import {
  allow,
  type Connection,
  fact,
  type Greeting,
  type Header,
  type Message,
  points,
  type Transaction,
} from '../../src/index.ts'
import { headerOf } from '../../src/mime/header/collect.ts'
import type { BodyShape } from '../../src/model/body-shape.ts'
import { servicesOf } from '../../src/testing/index.ts'

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
    for (const answer of asked) await expect(answer).rejects.toThrow('the answer is not needed any more')
    expect(find.aborted).toHaveBeenCalledTimes(times)
  }
  expect(find.failing).toHaveBeenCalledTimes(1)
  scope.end()
})

test('a fact is found once for the scope of its stage, and scopes inside share the answer', async () => {
  const find = vi.fn(() => 7)
  const number = fact('number', 'connect', find)
  const connection = new Scope<Connection>('connect', undefined, {})
  const [one, other] = [0, 1].map(() => new Scope<Connection>('helo', connection, {}))
  expect(await one?.view.ask(number)).toBe(7)
  expect(await other?.view.ask(number)).toBe(7)
  expect(find).toHaveBeenCalledTimes(1)
  expect([connection, one, other].map(scope => scope?.known(number))).toEqual([7, 7, 7])
})

test('what was not asked for, and what belongs to a later stage, is not known', () => {
  const connection = new Scope<Connection>('connect', undefined, {})
  expect(connection.known(fact('number', 'connect', () => 7))).toBeUndefined()
  expect(connection.known(fact('size', 'message', () => 7))).toBeUndefined()
})

test('an answer that is provided is not found again', async () => {
  const find = vi.fn(() => 7)
  const number = fact('number', 'connect', find)
  const scope = new Scope<Connection>('connect', undefined, {})
  scope.provide(number, Promise.resolve(8))
  expect(await scope.view.ask(number)).toBe(8)
  expect(find).not.toHaveBeenCalled()
})

test('a scope that has ended has forgotten its answers and is aborted, whenever its signal is read', async () => {
  const number = fact('number', 'connect', () => 7)
  const scope = new Scope<Connection>('connect', undefined, {})
  await scope.view.ask(number)
  scope.end()
  expect(scope.known(number)).toBeUndefined()
  expect(scope.view.signal.aborted).toBe(true)
  const other = new Scope<Connection>('connect', undefined, {})
  other.end()
  expect([other.ended, other.view.signal.aborted]).toEqual([true, true])
})

test('a scope that is cancelled goes on with a fresh signal', () => {
  const scope = new Scope<Connection>('connect', undefined, {})
  const { signal } = scope.view
  scope.cancel()
  expect([signal.aborted, scope.view.signal.aborted, scope.ended]).toEqual([true, false, false])
})

test('a view has what the scopes around it know; what is added later is seen by new scopes alone', () => {
  const connection = new Scope<Connection>('connect', undefined, { ip: '192.0.2.1' })
  const before = new Scope<Connection>('helo', connection, {})
  connection.extend({ client: 'hidden' })
  const after = new Scope<Connection>('helo', connection, {})
  expect([before.view.ip, before.view.client, after.view.client]).toEqual(['192.0.2.1', undefined, 'hidden'])
  expect(after.chain).toEqual([connection, after])
})

test('the view of a message, and what a wave makes of it, have every field of their stages', () => {
  const methods = ['ask', 'signal'] as const
  const known: Required<Omit<Message, (typeof methods)[number]>> = {
    ...servicesOf({}),
    ...{ ip: '192.0.2.1', client: 'unknown', ref: 'R1', spokeEarly: false },
    ...{ helo: 'mail.example.org', tls: { protocol: 'TLSv1.3' } },
    ...{ reversePath: 'a@example.org', user: 'a', utf8: false, forwardPaths: ['b@example.com'] },
    ...{ header: headerOf(Buffer.from('A: b\r\n\r\n')), size: 8, open: () => Readable.from([]) },
    ...{ copyTo: () => undefined, counted: {} as BodyShape },
  }
  const connection = new Scope<Connection>('connect', undefined, known)
  const greeting = new Scope<Greeting>('helo', connection, known)
  const transaction = new Scope<Transaction>('mail', greeting, known)
  const header = new Scope<Header>('header', transaction, known)
  const { view } = new Scope<Message>('message', header, known)
  const inWave = viewOf('message', view, view, { ask: view.ask, signal: () => view.signal })
  for (const seen of [view, inWave]) expect(seen).toMatchObject(known)
  expect(new Set(Object.keys(inWave))).toEqual(new Set([...Object.keys(known), 'ask']))
})

test('findings are noted once, and forgotten with the allowance that they hold', () => {
  const scope = new Scope<Connection>('connect', undefined, {})
  scope.note([])
  expect(scope.isAllowed).toBe(false)
  scope.note([allow('known')])
  scope.note([points(1, 'one')])
  expect([scope.findings.length, scope.isAllowed]).toEqual([2, true])
  scope.forgetFindings()
  expect([scope.findings.length, scope.isAllowed]).toEqual([0, false])
})
