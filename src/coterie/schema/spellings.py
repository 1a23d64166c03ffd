"""The usual spellings of the columns that are known by sight, in a few languages."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    """Return words as a set."""
    return frozenset(words.split())


# Spellings without case, blanks and signs. Behind each meaning: whole names.
SPELLINGS = {
    "age": "age ages ageyears ageinyears agecustomer currentage alter edad edat eta idade leeftijd "
    "alder wiek vek yas возраст 年龄 年齢",
    "birth_year": "yearbirth birthyear yearofbirth birth yob yrbirth born bornyear geburtsjahr "
    "annodinascita anneenaissance anneedenaissance anonacimiento anodenascimento geboortejaar",
    "income": "income annualincome yearlyincome incomeannual incomeyear incomeyearly monthlyincome "
    "householdincome familyincome grossincome netincome personalincome salary annualsalary "
    "estimatedsalary yearlysalary monthlysalary estimatedincome wage wages earnings "
    "annualearnings einkommen jahreseinkommen "
    "gehalt nettoeinkommen revenuannuel revenu ingresos ingreso ingresosanuales renda rendaanual "
    "salario reddito redditoannuo inkomen jaarinkomen dochod prijem inkomst доход 収入 收入",
    "spending_score": "spendingscore spendscore spenderscore scorespending scorespend spendscoring "
    "ausgabenscore puntuaciondegasto puntajedegasto scorededepenses",
    "savings": "savings saving totalsavings savingsbalance savingsamount accountsavings ahorros "
    "ahorro ersparnisse erspartes epargne risparmi poupanca spaargeld",
    "kids": "kidhome kids kid kidshome kidsathome numkids smallchildren youngchildren nkids",
    "teens": "teenhome teens teen teenshome teensathome teenagers numteens nteens",
    "children": "children childrenhome numchildren numberofchildren nchildren childrenathome "
    "childcount nochildren totalchildren kinder anzahlkinder hijos enfants filhos dependents "
    "dependants numdependents",
    "household_size": "familysize householdsize hhsize familymembers "
    "numfamilymembers haushaltsgrosse haushaltsgroesse",
    "recency": "recency recencydays dayssincelastpurchase dayssincelastorder "
    "daysincelastorder daysincelastpurchase dayssincepurchase "
    "lastpurchasedays dayssincelast dayslastpurchase dayssincelastvisit dayssincelasttransaction "
    "rezenz recencia recence",
    "frequency": "frequency purchasefrequency orderfrequency numorders ordercount norders "
    "numberoforders totalorders orders orderscount numtransactions transactioncount "
    "transactions numberoftransactions ntransactions haufigkeit haeufigkeit frequencia frecuencia "
    "frequence frequenza bestellungen",
    "monetary": "monetary monetaryvalue rfmmonetary",
    "total_spend": "totalspend totalspent totalspending spent spend amountspent moneyspent "
    "totalamountspent totalamount totalamtspent mnttotal totalmnt spendtotal spending totalsales "
    "totalexpenses expenses expenditure annualspend annualspending yearlyspend totalrevenue "
    "lifetimevalue customerlifetimevalue clv ltv totalpurchaseamount purchaseamount umsatz "
    "gesamtumsatz ausgaben gastototal gastos depenses depensetotale spesatotale gasto",
    "total_purchases": "totalpurchases numpurchases numberofpurchases purchases npurchases "
    "purchasecount totalnumpurchases purchasescount numtotalpurchases totalnumberofpurchases "
    "purchasestotal einkaufe einkaeufe compras achats acquisti",
    "average_order": "averageordervalue avgordervalue aov averageorder avgorder averagebasket "
    "avgbasket basketsize basketvalue averagepurchase avgpurchase averagespend avgspend "
    "averagepurchasevalue avgpurchasevalue averagetransactionvalue avgtransactionvalue "
    "warenkorb durchschnittlicherwarenkorb",
    "tenure": "tenure tenuredays tenuremonths tenureyears customertenure customerfor "
    "daysasacustomer dayscustomer customerdays membershipyears membershipmonths membershipdays "
    "yearsascustomer monthsascustomer accountage loyaltyyears seniority antiguedad "
    "anciennete kundenjahre",
    "spend_wines": "mntwines mntwine wines wine spendwines spendwine winesspend winespend "
    "amountwines amountwine wein weine vinos vins",
    "spend_fruits": "mntfruits mntfruit fruits fruit spendfruits spendfruit fruitsspend "
    "fruitspend amountfruits obst frutas",
    "spend_meat": "mntmeatproducts mntmeat meat meats meatproducts spendmeat spendmeats meatspend "
    "amountmeat fleisch carne viande",
    "spend_fish": "mntfishproducts mntfish fish fishproducts spendfish fishspend amountfish fisch "
    "pescado poisson",
    "spend_sweets": "mntsweetproducts mntsweets mntsweet sweets sweet sweetproducts spendsweets "
    "spendsweet sweetsspend amountsweets sussigkeiten suessigkeiten dulces",
    "spend_gold": "mntgoldprods mntgoldproducts mntgold gold goldprods goldproducts spendgold "
    "goldspend amountgold",
    "web_purchases": "numwebpurchases webpurchases web onlinepurchases numonlinepurchases "
    "purchasesweb purchasesonline webpurchase webordercount weborders onlineorders nwebpurchases "
    "ecommercepurchases",
    "store_purchases": "numstorepurchases storepurchases store instorepurchases shoppurchases "
    "purchasesstore storepurchase storeorders nstorepurchases offlinepurchases",
    "catalog_purchases": "numcatalogpurchases catalogpurchases catalog catalogue "
    "numcataloguepurchases cataloguepurchases purchasescatalog purchasescatalogue "
    "catalogpurchase catalogorders ncatalogpurchases",
    "deals_purchases": "numdealspurchases dealspurchases deals dealpurchases discountpurchases "
    "purchasesdeals numdealpurchases discountedpurchases promopurchases dealpurchase "
    "ndealspurchases purchasesondeal purchaseswithdiscount couponpurchases",
    "web_visits": "numwebvisitsmonth webvisits webvisitsmonth numwebvisits visits websitevisits "
    "webvisitspermonth monthlywebvisits sitevisits numvisits onlinevisits visitsmonth "
    "numwebvisitspermonth",
    "gender": "gender genre sex gendercode customergender geschlecht sexe sexo genero genere sesso "
    "geslacht kon plec pol пол 性别 性別",
    "education": "education educationlevel edu educ educationallevel highesteducation schooling "
    "qualification degree bildung schulabschluss bildungsstand educacion educacao istruzione "
    "opleiding niveauetudes ausbildung",
    "marital_status": "maritalstatus marstat marital marriagestatus maritalstate civilstatus "
    "relationshipstatus married familienstand estadocivil etatcivil statocivile burgerlijkestaat "
    "statutmarital situationfamiliale",
    "join_date": "dtcustomer datecustomer customerdate joindate joined joineddate joinedon "
    "datejoined datejoin signup signupdate signedup signedupon signupat registered "
    "registration registrationdate registeredon registeredat dateregistered regdate enrolled "
    "enrolment enrollment enrollmentdate enrolmentdate enrolleddate customersince membersince "
    "membershipdate memberdate since clientsince firstpurchase firstpurchasedate firstorderdate "
    "firstorder firsttransaction createdat created creationdate datecreated accountcreated "
    "accountopened opendate dateopened startdate onboarded onboardingdate kundeseit "
    "beitrittsdatum eintrittsdatum anmeldedatum registrierungsdatum fechaalta fecharegistro "
    "dateinscription dataregistrazione datacadastro enrolldate enrollment_dt dtjoin dtenrolled",
    "birth_date": "birthdate dateofbirth dob birthday dateofbirthday datebirth bday geburtsdatum "
    "geburtstag fechanacimiento fechadenacimiento datenaissance datedenaissance datadinascita "
    "datanascimento datadenascimento geboortedatum",
    "last_purchase_date": "lastpurchase lastpurchasedate lastorder lastorderdate lasttransaction "
    "lasttransactiondate datelastpurchase datelastorder dateoflastpurchase mostrecentpurchase "
    "recentpurchasedate letzterkauf letztebestellung ultimacompra dernierachat",
    "response": "response responded responses campaignresponse campaignaccepted acceptedcampaign "
    "offeraccepted acceptedoffer lastcampaign acceptedlast",
    "campaigns_accepted": "campaignsaccepted acceptedcampaigns totalaccepted acceptedtotal "
    "totalcampaignsaccepted numcampaignsaccepted totalacceptedcmp acceptedcmptotal "
    "acceptedcmpoverall totalacceptedcampaigns responsestotal totalresponses numresponses",
    "complain": "complain complained complaint complaints cmplain hascomplained complains "
    "beschwerde reklamation",
    "customer_id": "id customerid custid clientid cid uid userid memberid accountid personid guid "
    "uuid customernumber customerno custno customernr clientnumber clientno membernumber memberno "
    "accountno usernumber customercode clientcode customerkey custkey "
    "cardmemberid loyaltyid householdid hhid contactid leadid patientid recordid rowid index "
    "kundennummer kundennr kundenid kdnr idcliente clienteid codigocliente numerocliente idclient "
    "numeroclient codiceclienti idcustomer klantnummer klantid",
    "person_name": "name customer client fullname firstname lastname surname givenname "
    "familyname middlename "
    "forename customername clientname username contactname maidenname nickname namefirst namelast "
    "firstnames lastnames fname lname "
    "vorname nachname kundenname nombre apellido apellidos prenom nom nomclient nome cognome "
    "sobrenome voornaam achternaam",
    "email": "email mail emailaddress emails emailid customeremail useremail contactemail "
    "mailaddress eadress correo correoelectronico courriel adressemail emailadresse mailadresse",
    "phone": "phone phonenumber phoneno phonenum telephone telephonenumber tel telno mobile "
    "mobilenumber mobilephone mobileno cell cellphone cellnumber contactnumber contactno "
    "customerphone homephone workphone fax faxnumber whatsapp telefon telefonnummer handy "
    "handynummer telefono telefone celular movil portable telefoonnummer mobil",
    "address": "address streetaddress street addressline addressline1 addressline2 address1 "
    "address2 homeaddress postaladdress billingaddress shippingaddress mailingaddress "
    "customeraddress residence ipaddress ip strasse adresse anschrift direccion endereco "
    "indirizzo adres",
    "card": "creditcard creditcardnumber creditcardno cardnumber cardno cardnum ccnumber ccnum cc "
    "debitcard debitcardnumber pan iban accountnumber bankaccount bankaccountnumber bic "
    "kreditkarte kreditkartennummer kartennummer kontonummer numerotarjeta",
    "identity": "ssn socialsecurity socialsecuritynumber nationalid nationalidnumber passport "
    "passportnumber passportno taxid taxnumber driverslicense driverlicense licensenumber nin "
    "personalausweis steuernummer dni cpf nif aadhaar",
}
"""For each meaning the whole names, without case, blanks and signs."""

PREFIXES = _set(
    "customer customers cust client clients user member person num number no n nb count total the "
    "current cur dim fact tbl col attr var"
)
"""In front of a known name these words say nothing new."""

CODES = _set(
    "channel region cluster clusters segment segments code class type category group zip zipcode "
    "postcode postal plz country state province department dept branch district territory city "
    "store product tier label labels status cohort sector industry kanal filiale land bundesland "
    "segmento categoria tipo canal codigo"
)
"""Last words of columns whose numbers are codes."""

POSTAL = _set("zip zipcode postcode postalcode postal plz codigopostal codepostal cap")

COUNTERS = _set(
    "customer client rownumber rownum rowno rownames recordnumber serial serialnumber "
    "serialno sno srno slno"
)
"""Columns that number the rows, or the customers."""
