// Decodes consent strings with the reference library: one string a line in, one JSON object a line out.
import { createInterface } from "node:readline";
import { TCString } from "@iabtcf/core";

const numbers = (vector) => [...vector].filter(([, isSet]) => isSet).map(([id]) => id).sort((a, b) => a - b);

function restrictions(vector) {
  const found = [];
  for (const restriction of vector.getRestrictions()) {
    for (const vendor of vector.getVendors(restriction)) {
      found.push([restriction.purposeId, restriction.restrictionType, vendor]);
    }
  }
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
}

for await (const line of createInterface({ input: process.stdin })) {
  const model = TCString.decode(line);
  console.log(JSON.stringify({
    version: model.version,
    created: model.created.getTime() / 100,
    last_updated: model.lastUpdated.getTime() / 100,
    cmp_id: model.cmpId,
    cmp_version: model.cmpVersion,
    consent_screen: model.consentScreen,
    consent_language: model.consentLanguage,
    vendor_list_version: model.vendorListVersion,
    policy_version: model.policyVersion,
    is_service_specific: model.isServiceSpecific,
    uses_non_standard_texts: model.useNonStandardTexts ?? model.useNonStandardStacks,
    special_features: numbers(model.specialFeatureOptins),
    purpose_consents: numbers(model.purposeConsents),
    purpose_interests: numbers(model.purposeLegitimateInterests),
    purpose_one_treatment: model.purposeOneTreatment,
    publisher_country: model.publisherCountryCode,
    vendor_consents: numbers(model.vendorConsents),
    vendor_interests: numbers(model.vendorLegitimateInterests),
    restrictions: restrictions(model.publisherRestrictions),
    disclosed_vendors: numbers(model.vendorsDisclosed),
    publisher_consents: numbers(model.publisherConsents),
    publisher_interests: numbers(model.publisherLegitimateInterests),
    custom_consents: numbers(model.publisherCustomConsents),
    custom_interests: numbers(model.publisherCustomLegitimateInterests),
  }));
}
