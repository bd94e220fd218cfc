import { useState } from 'react'

import { answerItem, itemAudio } from '@/api/queries/training'
import type { GradedAnswer } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ChoiceField } from '@/ui/ChoiceField'
import { useSaving } from '@/ui/useSaving'

import type { AnswerFormProps } from './ChoiceForm'
import { SpokenAnswer } from './SpokenAnswer'

/** Stands for a turn of the caller: the server waits for the category of the call. */
const FILING = -1

/** The caller of a de-identified call speaks turn by turn, and waits for what the learner says or types. */
export function RolePlay(props: AnswerFormProps & { answer: GradedAnswer | null }) {
  const { attemptId, item, isOpen, answer, onAnswered } = props
  const { t } = useTranslation()
  const [reply, setReply] = useState('')
  const [said, setSaid] = useState<{ caller: string; mine: string }[]>([])
  const turn = answer === null ? item.turn : answer.next_turn
  const saving = useSaving(
    (text: string) => answerItem(attemptId, { item_id: item.id, reply: text, turn: turn?.number ?? null }),
    {
      onSaved: (graded) => {
        setSaid([...said, { caller: turn?.text ?? '', mine: reply }])
        setReply('')
        onAnswered(graded)
      },
    },
  )
  return (
    <div className="learning__form">
      {said.map((exchange, index) => (
        <div key={index} className="learning__exchange">
          <p>
            <b>{t('transcript.customer')}</b> {exchange.caller}
          </p>
          <p>
            <b>{t('learning.me')}</b> {exchange.mine}
          </p>
        </div>
      ))}
      {turn !== null && (
        <>
          <p className="learning__caller" aria-live="polite">
            <b>
              {t(turn.insists ? 'learning.insists' : 'learning.turn', {
                number: turn.number + 1,
                all: item.turn_count,
              })}
            </b>{' '}
            {turn.text}
          </p>
          {item.has_audio && (
            // eslint-disable-next-line jsx-a11y/media-has-caption -- rejected: the sentence above is its text.
            <audio
              key={turn.number}
              controls
              preload="none"
              src={itemAudio(attemptId, item.id, turn.number)}
              aria-label={t('learning.hear')}
            />
          )}
          {isOpen && (
            <form
              className="learning__reply"
              onSubmit={(event) => {
                event.preventDefault()
                if (reply.trim() !== '') saving.save(reply)
              }}
            >
              <label className="field">
                <span className="field__label">{t('learning.reply')}</span>
                <input
                  className="input"
                  value={reply}
                  maxLength={2000}
                  onChange={(event) => {
                    setReply(event.target.value)
                  }}
                />
              </label>
              <Button type="submit" tone="primary" disabled={reply.trim() === '' || saving.isPending}>
                {t('learning.say')}
              </Button>
              <SpokenAnswer key={said.length} onHeard={setReply} />
            </form>
          )}
        </>
      )}
      {answer?.asks_category === true && isOpen && (
        <CategoryChoice attemptId={attemptId} item={item} onAnswered={onAnswered} />
      )}
      {answer?.is_done === true && <p role="status">{t('learning.hung_up')}</p>}
      {saving.problem !== null && (
        <span className="field__error" role="alert">
          {problemText(t, saving.problem)}
        </span>
      )}
    </div>
  )
}

/** The caller has hung up: which category does the call get? */
function CategoryChoice({ attemptId, item, onAnswered }: Omit<AnswerFormProps, 'isOpen'>) {
  const { t } = useTranslation()
  const [category, setCategory] = useState('')
  const filing = useSaving(
    (chosen: string) => answerItem(attemptId, { item_id: item.id, category: chosen, turn: FILING }),
    { onSaved: onAnswered },
  )
  return (
    <form
      className="learning__reply"
      onSubmit={(event) => {
        event.preventDefault()
        if (category !== '') filing.save(category)
      }}
    >
      <ChoiceField
        label={t('learning.file_call')}
        value={category}
        options={[
          { value: '', label: t('learning.choose') },
          ...item.categories.map((known) => ({ value: known.category_id, label: known.path.join(' › ') })),
        ]}
        onChange={setCategory}
      />
      <Button type="submit" tone="primary" disabled={category === '' || filing.isPending}>
        {t('learning.answer')}
      </Button>
      {filing.problem !== null && (
        <span className="field__error" role="alert">
          {problemText(t, filing.problem)}
        </span>
      )}
    </form>
  )
}
