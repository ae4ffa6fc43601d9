import type { Entity } from '../../config/schema.ts'
import { entityFields } from './entity-fields.ts'

/** Headers as other systems write them, in `plain` form: Shopify, WooCommerce, Stripe, UCI Online Retail, CDNOW and common spellings. */
const anywhere: Readonly<Record<string, string>> = {
  order_id:
    'orderid orderno ordernumber ordernr invoiceno invoice invoiceid invoicenumber transactionid basketid receiptid saleid',
  customer_id: 'customerid customer customerno customernumber custid clientid userid memberid householdid cid',
  ordered_at:
    'orderedat orderdate orderdatetime ordertime orderedon createdat created date datetime timestamp invoicedate purchasedate purchasedat transactiontimestamp transactiondate processedat paidat',
  total_amount:
    'totalamount total amount ordertotal ordervalue grandtotal totalprice revenue sales salesvalue value price dollarvalue gross spend',
  currency: 'currency currencycode',
  status: 'status orderstatus financialstatus state',
  email: 'email emailaddress customeremail mail useremail',
  phone: 'phone phonenumber mobile mobilephone telephone tel cell',
  phone_e164: 'phonee164 phone phonenumber mobile mobilephone telephone tel cell',
  first_name: 'firstname givenname forename vorname prenom',
  last_name: 'lastname surname familyname nachname nom',
  country_code: 'countrycode country countryiso',
  language: 'language lang locale',
  timezone: 'timezone tz',
  created_at: 'createdat created signupdate signedupat registeredat registrationdate datecreated customersince',
  updated_at: 'updatedat updated modifiedat datemodified',
  quantity: 'quantity qty units count itemquantity',
  unit_price: 'unitprice price itemprice priceeach',
  line_amount: 'lineamount linetotal lineprice amount total salesvalue netamount',
  line_id: 'lineid lineitemid itemid',
  product_id: 'productid product stockcode itemcode articleno articleid sku upc',
  variant_id: 'variantid variationid',
  sku: 'sku',
  product_name: 'productname description itemname title lineitemname name',
  category: 'category productcategory productcategoryname department producttype',
  vendor: 'vendor brand supplier manufacturer',
  discount: 'discount discountamount totaldiscount',
  discount_code: 'discountcode coupon couponcode promocode',
  tax: 'tax taxes totaltax taxamount vat',
  shipping: 'shipping shippingtotal shippingamount freight',
  subtotal: 'subtotal subtotalprice',
  refund_id: 'refundid id creditnoteid',
  refunded_at: 'refundedat refunddate createdat date',
  amount: 'amount refundamount total value',
  channel: 'channel medium',
  captured_at: 'capturedat consentdate consentedat optindate timestamp updatedat date createdat',
  occurred_at: 'occurredat timestamp eventtime sentat date datetime',
  event_type: 'eventtype event type',
  message_event_id: 'messageeventid eventid id',
  touch_id: 'touchid eventid id',
  spend_date: 'spenddate date day',
  spend: 'spend cost amount',
  campaign: 'campaign campaignname',
  subscription_id: 'subscriptionid id',
  started_at: 'startedat startdate createdat',
  ended_at: 'endedat enddate endeddate',
  cost: 'cost unitcost cogs costprice',
  price: 'price unitprice listprice',
}

// In these entities a bare `id` or `state` means something else than elsewhere.
const here: Readonly<Partial<Record<Entity, Record<string, string>>>> = {
  orders: { order_id: 'id name', discount_code: 'discountcodes' },
  customers: { customer_id: 'id' },
  products: { product_id: 'id', category: 'type' },
  consents: { state: 'state status consent consentstate' },
}

/** A header without case, spaces and signs: `Invoice No.` → `invoiceno`. */
export function plain(header: string): string {
  return header
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

/** Plain headers that may hold this field, the most telling first; the contract's own name leads. */
export function synonyms(entity: Entity, field: string): string[] {
  const words = [plain(field), ...(here[entity]?.[field] ?? '').split(' '), ...(anywhere[field] ?? '').split(' ')]
  return [...new Set(words.filter(word => word !== ''))]
}

/** True when a header looks like one of the entity's columns, or like one that the mapping names. */
export function isKnownHeader(entity: Entity, mapped: readonly string[]): (header: string) => boolean {
  const known = new Set(mapped.map(plain))
  for (const { name } of entityFields[entity].fields) for (const word of synonyms(entity, name)) known.add(word)
  return header => known.has(plain(header))
}

/** The header most likely to hold a field among those still free, or null. */
export function guessHeader(entity: Entity, field: string, free: readonly string[]): string | null {
  for (const word of synonyms(entity, field)) {
    const found = free.find(header => plain(header) === word)
    if (found !== undefined) return found
  }
  return null
}
