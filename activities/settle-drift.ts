/** What becomes of a file that differs from its template. */
import { WaybillError } from '../contracts/errors.ts';
import type { DriftFinding, TemplateReport } from '../contracts/template.ts';

export interface DriftToSettle {
  readonly report: TemplateReport;
  /** The import takes what the template asks about, this once. */
  readonly accepted: boolean;
}

export const settleDrift = ({ report, accepted }: DriftToSettle): void => {
  const refused = report.drift.filter(({ handling }) => handling === 'refuse');
  if (refused.length > 0) throw drifted(report, refused);
  const asked = askedDrift(report.drift, accepted);
  // The job asks before it plans (ask-about-drift); this one was detected by a worker of before there were such questions.
  if (asked.length > 0) throw drifted(report, asked);
};

/** What a person is asked about; where the policy refuses there is nothing to ask. */
export const askedDrift = (drift: readonly DriftFinding[], accepted: boolean): readonly DriftFinding[] =>
  (accepted || drift.some(({ handling }) => handling === 'refuse') ? [] : drift.filter(({ handling }) => handling === 'ask'));

/** By place: names of columns are the file's, and stay in the job's report (design 10.12). */
const placeOf = ({ kind, no, wasNo, fields }: DriftFinding): string => {
  const at = no === null ? `#${wasNo ?? '?'} of the template` : wasNo === null || wasNo === no ? `#${no}` : `#${no} (#${wasNo} of the template)`;
  return `${kind} ${at}${fields.length === 0 ? '' : ` for ${fields.join(', ')}`}`;
};

const drifted = ({ name, version }: TemplateReport, findings: readonly DriftFinding[]): WaybillError => {
  const columns = findings.map(placeOf);
  return new WaybillError('TEMPLATE_DRIFT', `The file differs from the template ${name}@${version}: ${columns.join('; ')}.`, { template: `${name}@${version}`, columns });
};
