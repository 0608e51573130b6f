/** Endpoints of health, reports, audit and settings. */
import type { AuditQuery } from '../../history/types.ts'
import type { ActionEvent, ActionName } from '../../model/action-event.ts'
import { errorText } from '../../model/errors.ts'
import type { Notify } from '../../model/services.ts'
import { domainOf } from '../../net/path.ts'
import { seesAll, seesRecipient, type Viewer } from '../access/viewer.ts'
import type { Handlers } from '../api/call.ts'
import type { Answer } from '../api/schemas.ts'
import { notConfigured } from '../http/errors.ts'
import type { ConsoleSources } from '../options.ts'
import { needsAll } from './watching.ts'

/** What these endpoints work with. */
export interface OperationParts {
  readonly has: ConsoleSources
  readonly notify: Notify
}

type Names = 'health.get' | 'health.run' | 'reports.get' | 'audit.list' | 'settings.get'

export function operationHandlers({ has, notify }: OperationParts): Handlers<Names> {
  let isRunning = false
  return {
    'health.get': ({ caller: { viewer } }) => {
      needsAll(viewer)
      if (has.doctor === undefined) throw notConfigured('doctor')
      const { last } = has.doctor
      return { time: last?.time ?? null, isRunning, checks: last?.results ?? [] }
    },
    'health.run': ({ caller: { viewer } }) => {
      needsAll(viewer)
      const { doctor } = has
      if (doctor === undefined) throw notConfigured('doctor')
      if (!isRunning) {
        isRunning = true
        const failed = (error: unknown): void =>
          notify({ code: 'console/doctor', reason: `the checks did not end: ${errorText(error)}`, level: 'warning' })
        void doctor
          .run()
          .catch(failed)
          .finally(() => {
            isRunning = false
          })
      }
      return { kind: 'started' }
    },
    'reports.get': async ({ caller: { viewer }, query: { days = 30 } }) => {
      if (has.reports === undefined) throw notConfigured('reports')
      return ownReports(await has.reports(days), viewer)
    },
    'audit.list': async ({ caller: { viewer }, query: { action, ...query } }) => {
      if (has.history === undefined) throw notConfigured('history')
      const asked: AuditQuery = { ...query, ...(action !== undefined && { action: action as ActionName }) }
      const { events, next } = await has.history.audit(asked)
      const entries = events.filter(event => seesAction(viewer, event)).map(actionOf)
      return { entries, ...(next !== undefined && { next }) }
    },
    'settings.get': async ({ caller: { viewer } }) => {
      needsAll(viewer)
      return { sections: (await has.settings?.()) ?? [] }
    },
  }
}

/** Their own actions, and those about recipients whom they may see. */
const seesAction = (viewer: Viewer, { by, recipient }: ActionEvent): boolean =>
  seesAll(viewer) || by === viewer.name || (recipient !== undefined && seesRecipient(viewer, recipient))

const actionOf = ({ time, ref, action, by, role, target, why, result, reason, node }: ActionEvent) => ({
  ...{ time, ref, action, by, role, target, result, node },
  ...(why !== undefined && { why }),
  ...(reason !== undefined && { reason }),
})

/** Reports about the domains of a viewer. */
function ownReports(all: Answer<'reports.get'>, viewer: Viewer): Answer<'reports.get'> {
  if (seesAll(viewer)) return all
  const own = new Set((viewer.domains ?? []).map(domainOf))
  const isOwn = ({ domain }: { readonly domain: string }): boolean => own.has(domainOf(domain))
  return {
    dmarc: all.dmarc.filter(isOwn),
    tls: all.tls.filter(isOwn),
    complaints: all.complaints.filter(({ recipient }) => recipient !== undefined && seesRecipient(viewer, recipient)),
    // What we send is about mail to all domains together.
    sent: [],
  }
}
