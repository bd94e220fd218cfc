import { useTranslation } from './useTranslation'

/** Names of the taxonomy come in two languages from the server. */
export function useName(): (node: { name_zh: string; name_en: string }) => string {
  const { i18n } = useTranslation()
  return (node) => (i18n.language === 'en' && node.name_en !== '' ? node.name_en : node.name_zh)
}
