import type { zhCN } from './zh-CN'

type Same<Tree> = { [Key in keyof Tree]: Tree[Key] extends string ? string : Same<Tree[Key]> }

/** The shape that both languages share. */
export type Texts = Same<typeof zhCN>
