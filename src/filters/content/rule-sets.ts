/** The rules of all content filters, and their ids. */
import type { Rule, RuleSet } from '../rules/rule.ts'
import { type AttachmentsRule, attachmentRules } from './attachments/attachments.ts'
import { type HeadersRule, headersRules } from './headers/headers.ts'
import { type HtmlRule, htmlRules } from './html.ts'
import { type ImpersonationRule, impersonationRules } from './impersonation/impersonation.ts'
import { type LinksRule, linkRules } from './links/links.ts'
import { type StructureRule, structureRules } from './structure.ts'
import { type WordingRule, wordingRules } from './wording/wording.ts'

/** Every rule of the content filters, as docs/reference/rules.md lists them. */
export type RuleId =
  | StructureRule
  | HeadersRule
  | ImpersonationRule
  | LinksRule
  | HtmlRule
  | WordingRule
  | AttachmentsRule

/** The rule sets in the order of docs/reference/rules.md. */
export const ruleSets = (): readonly Omit<RuleSet<never>, 'view'>[] => [
  structureRules,
  headersRules,
  impersonationRules(),
  linkRules(),
  htmlRules,
  wordingRules,
  attachmentRules(),
]

/** The rules that may reach the quarantine threshold alone. */
export const certainRules = (): ReadonlySet<string> =>
  new Set(
    ruleSets().flatMap(({ rules }) =>
      Object.entries<Rule<never>>(rules).flatMap(([id, { certain }]) => (certain ? [id] : [])),
    ),
  )
