import { ageOf } from './human-duration.ts';
import { readField, readNumber, readText } from './read-fields.ts';
import { columnsOf, type TablePrinter } from './table-printer.ts';

/** Kubernetes events of either API group, which call some fields by other names. */
export const eventPrinter: TablePrinter = {
  columns: columnsOf('Last Seen|Type|Reason|Object|Subobject*|Source*|Message|First Seen*|Count*|Name*'),
  print: (event, now) => {
    const either = (core: string, newer: string) => readText(event, core) || readText(event, newer);
    const about = readField(event, 'involvedObject') === undefined ? 'regarding' : 'involvedObject';
    const kind = readText(event, `${about}.kind`).toLowerCase();
    const name = readText(event, `${about}.name`);
    const firstSeen = either('firstTimestamp', 'deprecatedFirstTimestamp') || readText(event, 'eventTime');
    const lastSeen =
      readText(event, 'series.lastObservedTime') ||
      either('lastTimestamp', 'deprecatedLastTimestamp') ||
      firstSeen;
    const component =
      either('source.component', 'deprecatedSource.component') ||
      either('reportingComponent', 'reportingController');
    const instance = either('source.host', 'deprecatedSource.host') || readText(event, 'reportingInstance');
    const count =
      readNumber(event, 'series.count') ||
      readNumber(event, 'count') ||
      readNumber(event, 'deprecatedCount') ||
      1;
    return {
      cells: [
        ageOf(lastSeen, now),
        readText(event, 'type'),
        readText(event, 'reason'),
        name === '' ? kind : `${kind}/${name}`,
        readText(event, `${about}.fieldPath`),
        instance === '' ? component : `${component}, ${instance}`,
        either('message', 'note').trim(),
        ageOf(firstSeen, now),
        count,
        event.metadata.name ?? '',
      ],
    };
  },
};
