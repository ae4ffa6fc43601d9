import { accountResource, sparse } from './documents.ts'
import * as lists from './list-handlers.ts'
import type { Operation } from './operations.ts'
import * as profiles from './profile-handlers.ts'
import type { ApiRequest, Plan } from './requests.ts'

/** What each operation does with a checked request. */
export const handlers: Readonly<Record<Operation, (request: ApiRequest) => Plan>> = {
  get_accounts: ({ base, url, query, settings }) => {
    const data = [sparse(accountResource(base, settings.accountId), query['fields[account]'])]
    return lists.show({ data, links: { self: lists.encode(url) } })
  },
  get_lists: lists.getLists,
  create_list: lists.createList,
  get_list: lists.getList,
  delete_list: lists.deleteList,
  get_profiles_for_list: lists.getProfilesForList,
  get_profile_ids_for_list: lists.getProfileIdsForList,
  add_profiles_to_list: lists.changeMembers('add_members'),
  remove_profiles_from_list: lists.changeMembers('remove_members'),
  get_profiles: profiles.getProfiles,
  bulk_import_profiles: profiles.bulkImportProfiles,
  get_bulk_import_profiles_job: profiles.getJob,
  get_errors_for_bulk_import_profiles_job: profiles.getJobErrors,
  get_profile_ids_for_bulk_import_profiles_job: profiles.getJobProfileIds,
  get_profiles_for_bulk_import_profiles_job: profiles.getJobProfiles,
}
