import type { QuestionProposed, RequiredField } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'

interface AskNextProps {
  question: QuestionProposed | null
  next: RequiredField | undefined
  onPoint: (segmentId: string) => void
}

/** The one question to read aloud: it separates the causes that remain, or else fills the next required field. */
export function AskNext({ question, next, onPoint }: AskNextProps) {
  const { t, i18n } = useTranslation()
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
  const ask = question?.ask ?? next?.question ?? null
  const answered = question?.answered ?? []
  if (ask === null && answered.length === 0) return null
  return (
    <div className="facts__ask" role="status">
      {ask !== null && (
        <>
          <span className="facts__ask-label">{t('facts.ask_next')}</span>
          <strong>“{ask[language]}”</strong>
        </>
      )}
      {question !== null && answered.length > 0 && (
        <span className="facts__path">
          {question.situation[language]}
          {answered.map((item) => (
            <button
              key={item.segment_id + item.ask.zh}
              type="button"
              className="facts__quote"
              title={item.ask[language]}
              onClick={() => {
                onPoint(item.segment_id)
              }}
            >
              › {item.answer[language]}
            </button>
          ))}
          {question.means !== null && <span className="tag tag--accent">{question.means[language]}</span>}
        </span>
      )}
    </div>
  )
}
