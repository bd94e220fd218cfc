import { useMutation } from '@tanstack/react-query'

import { answer, api } from '../http'

export function useConfirmAlert(callId: string) {
  return useMutation({
    mutationFn: (alertId: string) =>
      answer(
        api.POST('/api/v1/calls/{call_id}/alerts/{alert_id}/confirm', {
          params: { path: { call_id: callId, alert_id: alertId } },
        }),
      ),
  })
}
