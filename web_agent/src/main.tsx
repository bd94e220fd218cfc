import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { App } from './App'
import { startI18n } from './i18n'
import { followTheme } from './ui/theme'

import './ui/tokens.css'
import './ui/base.css'

followTheme()
await startI18n()

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
