import { Form, Input } from 'antd'
import { useTranslation } from '@/i18n/useTranslation'

import { Button } from '@/ui/Button'

/** Where the facts come from: the rule or notice, and the place in it. */
export function SourceFields() {
  const { t } = useTranslation()
  return (
    <fieldset className="sources">
      <legend>{t('entry.field_sources')}</legend>
      <Form.List name="sources">
        {(fields, { add, remove }, { errors }) => (
          <>
            {fields.map((field, index) => (
              <div key={field.key} className="sources__row">
                <Form.Item name={[field.name, 'title']} noStyle>
                  <Input
                    aria-label={t('entry.source_title', { number: index + 1 })}
                    placeholder={t('entry.source_title_hint')}
                  />
                </Form.Item>
                <Form.Item name={[field.name, 'detail']} noStyle>
                  <Input
                    aria-label={t('entry.source_detail', { number: index + 1 })}
                    placeholder={t('entry.source_detail_hint')}
                  />
                </Form.Item>
                <Button
                  isSmall
                  tone="quiet"
                  onClick={() => {
                    remove(field.name)
                  }}
                >
                  {t('upload.remove')}
                </Button>
              </div>
            ))}
            <Form.ErrorList errors={errors} />
            <Button
              isSmall
              onClick={() => {
                add({ title: '', detail: '' })
              }}
            >
              {t('entry.source_add')}
            </Button>
          </>
        )}
      </Form.List>
    </fieldset>
  )
}
