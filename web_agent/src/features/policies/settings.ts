/** What a setting looks like in the JSON schema of its policy. */
export interface SettingSchema {
  type?: string
  title?: string
  description?: string
  enum?: readonly string[]
  minimum?: number
  maximum?: number
  $ref?: string
  items?: SettingSchema
  properties?: Readonly<Record<string, SettingSchema>>
  additionalProperties?: unknown
}

export interface Setting extends SettingSchema {
  name: string
}

interface PolicySchema {
  properties?: Readonly<Record<string, SettingSchema>>
  $defs?: Readonly<Record<string, SettingSchema>>
}

/** The settings of a policy in the order of its schema; a choice that stands apart is looked up. */
export function settingsOf(schema: Readonly<Record<string, unknown>>): Setting[] {
  const { properties = {}, $defs = {} } = schema as PolicySchema
  return Object.entries(properties).map(([name, own]) => {
    const named = (ref: string | undefined) => (ref === undefined ? undefined : $defs[ref.replace('#/$defs/', '')])
    const items = own.items === undefined ? undefined : { ...named(own.items.$ref), ...own.items }
    return { ...named(own.$ref), ...own, ...(items !== undefined && { items }), name }
  })
}

/** Whether a setting is a list of rules or a table, which needs more room than a line. */
export const isLong = (setting: SettingSchema): boolean => setting.type === 'object' || setting.items?.type === 'object'

/** Whether the rules of a setting name units by their ids. */
export const namesUnits = (setting: SettingSchema): boolean => setting.items?.properties?.unit_id !== undefined

/** How a setting stands in its field: a list of rules one rule a line. */
export function written(setting: SettingSchema, value: unknown): string {
  if (!isLong(setting) || !Array.isArray(value)) return shown(value)
  return value.length === 0 ? '[]' : `[\n${value.map((rule) => shown(rule)).join(',\n')}\n]`
}

/** How a value stands in its field. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The value that a field means; the server checks its limits. What is no number or list stays as it was typed. */
export function readField(setting: SettingSchema, text: string): unknown {
  if (setting.type === 'integer' || setting.type === 'number') {
    return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
  }
  if (setting.type === 'string' || setting.enum !== undefined) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** Settings in which two values differ. */
export function changedSettings(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}
