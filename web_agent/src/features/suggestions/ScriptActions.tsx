import { useTranslation } from '@/i18n/useTranslation'

import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { useCopy } from '@/ui/useCopy'

export function CopyScript({ script }: { script: string }) {
  const { t } = useTranslation()
  const { isCopied, copy } = useCopy(script)
  useShortcut({ chord: 'C', group: 'cards', label: t('card.copy'), run: copy })
  return (
    <Button isSmall chord="C" onClick={copy}>
      <span aria-live="polite">{isCopied ? t('card.copied') : t('card.copy')}</span>
    </Button>
  )
}

export function OpenSource({ entryId, onOpen }: { entryId: string; onOpen: (entryId: string) => void }) {
  const { t } = useTranslation()
  const open = () => {
    onOpen(entryId)
  }
  useShortcut({ chord: 'O', group: 'cards', label: t('card.source'), run: open })
  return (
    <Button isSmall tone="quiet" chord="O" onClick={open}>
      {t('card.source')}
    </Button>
  )
}
