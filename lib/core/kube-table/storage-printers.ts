import { age, namedPrinter } from './named-printer.ts';
import { readField, readObjects, readText, readTexts } from './read-fields.ts';
import type { TablePrinter } from './table-printer.ts';

/** Printers of drivers and what they attach, by `group/resource`. */
export const storagePrinters: Readonly<Record<string, TablePrinter>> = {
  'storage.k8s.io/storageclasses': namedPrinter(
    'Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age',
    (object, now) => [
      readText(object, 'provisioner'),
      readText(object, 'reclaimPolicy') || 'Delete',
      readText(object, 'volumeBindingMode') || 'Immediate',
      object['allowVolumeExpansion'] === true,
      age(object, now),
    ],
  ),
  'storage.k8s.io/csidrivers': namedPrinter(
    'Name|AttachRequired:boolean|PodInfoOnMount:boolean|StorageCapacity:boolean|TokenRequests|RequiresRepublish:boolean|Modes|Age',
    (object, now) => [
      readField(object, 'spec.attachRequired') !== false,
      readField(object, 'spec.podInfoOnMount') === true,
      readField(object, 'spec.storageCapacity') === true,
      audiences(object),
      readField(object, 'spec.requiresRepublish') === true,
      readTexts(object, 'spec.volumeLifecycleModes').join(',') || '<none>',
      age(object, now),
    ],
  ),
  'storage.k8s.io/csinodes': namedPrinter('Name|Drivers:integer|Age', (object, now) => [
    readObjects(object, 'spec.drivers').length,
    age(object, now),
  ]),
  'storage.k8s.io/volumeattributesclasses': namedPrinter('Name|DriverName|Age', (object, now) => [
    readText(object, 'driverName'),
    age(object, now),
  ]),
  'storage.k8s.io/volumeattachments': withNamedAttacher(
    namedPrinter('Name|Attacher|PV|Node|Attached:boolean|Age', (object, now) => [
      readText(object, 'spec.attacher'),
      readText(object, 'spec.source.persistentVolumeName'),
      readText(object, 'spec.nodeName'),
      readField(object, 'status.attached') === true,
      age(object, now),
    ]),
  ),
};

function audiences(object: unknown): string {
  if (readField(object, 'spec.tokenRequests') === undefined) return '<unset>';
  return readObjects(object, 'spec.tokenRequests')
    .map((request) => readText(request, 'audience'))
    .join(',');
}

/** The server gives this column the format of names, too. */
function withNamedAttacher(printer: TablePrinter): TablePrinter {
  const columns = printer.columns.map((column) =>
    column.name === 'Attacher' ? { ...column, format: 'name' } : column,
  );
  return { ...printer, columns };
}
