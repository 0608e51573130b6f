/** A delivery with short timeouts, and what it has told. */
import type { DeliveryReport } from '../../src/model/events.ts'
import { type Notice, systemClock } from '../../src/model/services.ts'
import { createDelivery } from '../../src/relay/delivery/delivery.ts'
import type { Delivery, DeliveryServices, NextHopOptions, RouteOptions } from '../../src/relay/delivery/types.ts'

export const quick = { connect: 5_000, command: 1_000, data: 1_000, block: 1_000, final: 1_000, total: 10_000 } as const

export interface TestDelivery extends AsyncDisposable {
  readonly delivery: Delivery
  readonly notices: readonly Notice[]
  readonly reports: readonly (DeliveryReport & { readonly recipient: string })[]
  /** Descriptors in use, as they were counted. */
  readonly descriptors: () => number
}

export const freeLoad = {
  adjust: () => undefined,
  hasDescriptor: () => true,
  recordLatency: () => undefined,
}

export async function testDelivery(
  routes: readonly RouteOptions[],
  services: Partial<DeliveryServices> = {},
): Promise<TestDelivery> {
  const notices: Notice[] = []
  const reports: (DeliveryReport & { readonly recipient: string })[] = []
  let descriptors = 0
  const delivery = await createDelivery(
    { routes: routes.map(withDomains) },
    {
      name: 'relay.example.org',
      clock: systemClock,
      notify: notice => void notices.push(notice),
      load: {
        ...freeLoad,
        adjust: (_what, by) => {
          descriptors += by
        },
      },
      onDelivery: (_ref, recipient, report) => void reports.push({ recipient, ...report }),
      ...services,
    },
  )
  return {
    delivery,
    notices,
    reports,
    descriptors: () => descriptors,
    [Symbol.asyncDispose]: () => delivery.close(),
  }
}

/** A next hop needs domains: those of the tests. */
const withDomains = (route: RouteOptions): RouteOptions =>
  route.nextHop && !route.domains ? { domains: ['example.net'], ...route } : route

/** One hop on the loopback. */
export const hopAt = (port: number, options: Partial<NextHopOptions> = {}): NextHopOptions => ({
  hosts: [`127.0.0.1:${port}`],
  timeouts: quick,
  ...options,
})
