import { useTranslation } from '@/i18n/useTranslation'

import type { LegRole, Utterance } from '@/api/types'
import { Button } from '@/ui/Button'
import { clockTime } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'

import type { Player } from '@/ui/usePlayer'
import { RATES, SKIP_MS } from '@/ui/usePlayer'

import './PlayerBar.css'

interface PlayerBarProps {
  player: Player
  durationMs: number
  legRoles: readonly LegRole[]
  utterances: readonly Utterance[]
  /** Where the recording breaks off, in ms from the call's beginning; null for a whole one. */
  missingFromMs: number | null
}

/** The player of a finished call: who spoke when, as two lanes, with the slider over them. */
export function PlayerBar({ player, durationMs, legRoles, utterances, missingFromMs }: PlayerBarProps) {
  const { t } = useTranslation()
  const label = player.isPlaying ? t('player.pause') : t('player.play')
  useShortcut({ chord: 'Space', group: 'call', label: t('player.toggle'), run: player.toggle })
  useShortcut({
    chord: 'ArrowLeft',
    group: 'call',
    label: t('player.back'),
    run: () => {
      player.skip(-SKIP_MS)
    },
  })
  useShortcut({
    chord: 'ArrowRight',
    group: 'call',
    label: t('player.forward'),
    run: () => {
      player.skip(SKIP_MS)
    },
  })
  return (
    <section className="player" aria-label={t('player.title')}>
      <Button tone="primary" chord="Space" onClick={player.toggle}>
        {label}
      </Button>
      <span className="player__time">
        {clockTime(player.timeMs)} / {clockTime(durationMs)}
      </span>
      <div className="player__track">
        <Lanes durationMs={durationMs} legRoles={legRoles} utterances={utterances} />
        {missingFromMs !== null && (
          <span className="player__gap" aria-hidden="true" style={{ left: share(missingFromMs, durationMs) }} />
        )}
        <input
          type="range"
          className="player__slider"
          aria-label={t('player.position')}
          aria-valuetext={clockTime(player.timeMs)}
          min={0}
          max={durationMs}
          step={100}
          value={Math.min(player.timeMs, durationMs)}
          onChange={(event) => {
            player.seek(event.target.valueAsNumber)
          }}
        />
        <span className="player__needle" aria-hidden="true" style={{ left: share(player.timeMs, durationMs) }} />
      </div>
      <label className="player__rate">
        <span className="visually-hidden">{t('player.rate')}</span>
        <select
          className="input"
          value={player.rate}
          onChange={(event) => {
            player.setRate(Number(event.target.value))
          }}
        >
          {RATES.map((rate) => (
            <option key={rate} value={rate}>
              {rate}×
            </option>
          ))}
        </select>
      </label>
      {player.hasFailed && (
        <span className="field__error" role="alert">
          {t('player.failed')}
        </span>
      )}
    </section>
  )
}

const share = (ms: number, durationMs: number): string =>
  `${durationMs === 0 ? 0 : Math.min(100, (ms / durationMs) * 100)}%`

function Lanes({ durationMs, legRoles, utterances }: Omit<PlayerBarProps, 'player' | 'missingFromMs'>) {
  return (
    <div className="player__lanes" aria-hidden="true">
      {legRoles.map((role) => (
        <div key={role} className={`player__lane player__lane--${role}`}>
          {utterances
            .filter((utterance) => utterance.leg_role === role)
            .map((utterance) => (
              <i
                key={utterance.segment_id}
                style={{
                  left: share(utterance.start_ms, durationMs),
                  width: share(utterance.end_ms - utterance.start_ms, durationMs),
                }}
              />
            ))}
        </div>
      ))}
    </div>
  )
}
