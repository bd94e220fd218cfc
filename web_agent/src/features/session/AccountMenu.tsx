import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'

import { useTranslation } from '@/i18n/useTranslation'

import { useSignOut } from '@/api/queries/session'
import { Button } from '@/ui/Button'
import { isComposing } from '@/ui/keys'
import { usePreference } from '@/ui/preferences'
import { Segmented } from '@/ui/Segmented'

import { useSession } from './useSession'

export function AccountMenu() {
  const { t } = useTranslation()
  const { account } = useSession()
  const [isOpen, setIsOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (!isOpen) return
    const close = (event: PointerEvent) => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) setIsOpen(false)
    }
    const closeByKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !isComposing(event)) setIsOpen(false)
    }
    document.addEventListener('pointerdown', close)
    document.addEventListener('keydown', closeByKey)
    return () => {
      document.removeEventListener('pointerdown', close)
      document.removeEventListener('keydown', closeByKey)
    }
  }, [isOpen])

  return (
    <div className="account" ref={box}>
      <span className="field__hint">{t('nav.keys_hint')}</span>
      <Button
        tone="quiet"
        aria-expanded={isOpen}
        onClick={() => {
          setIsOpen(!isOpen)
        }}
      >
        {account.display_name}
        <span className="tag">{t(`role.${account.role}`)}</span>
      </Button>
      {isOpen && (
        <AccountPanel
          onLeave={() => {
            setIsOpen(false)
          }}
        />
      )}
    </div>
  )
}

function AccountPanel({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation()
  const signOut = useSignOut()
  const [theme, setTheme] = usePreference('theme')
  const [locale, setLocale] = usePreference('locale')
  return (
    <div className="account__panel">
      <Segmented
        legend={t('account.theme')}
        value={theme}
        options={(['light', 'dark', 'system'] as const).map((value) => ({ value, label: t(`account.theme_${value}`) }))}
        onChange={setTheme}
      />
      <Segmented
        legend={t('account.locale')}
        value={locale}
        options={(['zh-CN', 'en'] as const).map((value) => ({ value, label: t(`locale.${value}`) }))}
        onChange={setLocale}
      />
      <Link className="button" to="/password" onClick={onLeave}>
        {t('password.change')}
      </Link>
      <Button
        disabled={signOut.isPending}
        onClick={() => {
          signOut.mutate()
        }}
      >
        {t('session.sign_out')}
      </Button>
    </div>
  )
}
