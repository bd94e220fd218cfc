import { App, ConfigProvider, theme } from 'antd'
import en from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import type { ReactNode } from 'react'
import { useMemo } from 'react'

import { usePreference } from './preferences'
import { currentTheme } from './theme'

/** The library would part the two characters of a short label; keys and screen readers know the word whole. */
const PLAIN_BUTTONS = { autoInsertSpace: false }

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

/** Ant Design in the product's colours and density; only the pages that use it load it. */
export function AntdProvider({ children }: { children: ReactNode }) {
  const [choice] = usePreference('theme')
  const [locale] = usePreference('locale')
  const config = useMemo(
    () => ({
      algorithm: currentTheme() === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm,
      token: {
        colorPrimary: token('accent'),
        // Red is kept for danger: a refused field is marked in ink, with a sign and a thick frame.
        colorError: token('text'),
        colorBgContainer: token('panel'),
        colorText: token('text'),
        colorTextDescription: token('text-3'),
        colorTextPlaceholder: token('text-3'),
        colorBorder: token('line-strong'),
        colorTextLightSolid: token('on-accent'),
        borderRadius: 6,
        fontSize: 13,
        controlHeight: 30,
        fontFamily: token('font'),
        motion: false,
      },
      components: { Form: { itemMarginBottom: 14, verticalLabelPadding: '0 0 4px' }, Tree: { titleHeight: 26 } },
    }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- rejected: the choice of theme is what the tokens are read from.
    [choice],
  )
  return (
    <ConfigProvider theme={config} locale={locale === 'en' ? en : zhCN} button={PLAIN_BUTTONS}>
      <App component={false}>{children}</App>
    </ConfigProvider>
  )
}
