import { closestName } from './closest-name.js'

/** Whether Microsoft Graph has a delegated permission of this name, as far as this list knows. */
export function isGraphDelegatedPermission(name: string): boolean {
  return delegatedPermissions.has(name.toLowerCase())
}

/** Whether Microsoft Graph has the name as an application permission and not as a delegated one. */
export function isGraphApplicationOnlyPermission(name: string): boolean {
  return applicationOnlyPermissions.has(name.toLowerCase())
}

/** The delegated permission of Microsoft Graph that a typing mistake most likely meant. */
export function closestGraphPermission(name: string): string | undefined {
  return closestName(name, [...delegatedPermissions.values()])
}

// Names change every month: this list serves warnings, and the refusal of bare names that would
// ask a signed-in user for what only an application can hold. It never says who may consent.
// Taken from the permissions reference of Microsoft Graph as of 2026-08.
// Subjects, a colon, what may be done with each of them, a semicolon.
const delegated = `
  APIConnectors AdministrativeUnit Agreement AppCertTrustConfiguration Application
  AttackSimulation AuthenticationContext BackupRestore-Configuration BackupRestore-Control
  BackupRestore-Restore BrowserSiteLists ChannelMember ChannelSettings CloudPC Community
  ConfigurationMonitoring CustomAuthenticationExtension CustomDetection
  CustomSecAttributeAssignment CustomSecAttributeDefinition CustomSecAttributeProvisioning
  CustomTags DelegatedAdminRelationship DelegatedPermissionGrant DeviceManagementApps
  DeviceManagementCloudCA DeviceManagementConfiguration DeviceManagementRBAC
  DeviceManagementServiceConfig DeviceTemplate DirectoryRecommendations Domain
  EntitlementManagement EventListener ExternalUserProfile Goals-Export Group-Conversation
  Group GroupMember HealthMonitoringAlert HealthMonitoringAlertConfig IdentityProvider
  IdentityRiskEvent IdentityRiskyServicePrincipal IdentityRiskyUser IdentityUserFlow
  IndustryData-InboundFlow IndustryData-OutboundFlow IndustryData-ReferenceDefinition
  IndustryData-SourceSystem IndustryData-TimePeriod LearningContent LifecycleWorkflows
  ManagedTenants MutualTlsOauthConfiguration NetworkAccess NetworkAccessBranch
  NetworkAccessPolicy OnPremDirectorySynchronization OrgSettings-AppsAndServices
  OrgSettings-DynamicsVoice OrgSettings-Forms OrgSettings-Microsoft365Install OrgSettings-Todo
  Organization OrganizationalBranding PartnerSecurity PendingExternalUserProfile
  PeopleSettings Place PlaceDevice PrintConnector PrintSettings ProfilePhoto ProgramControl
  PublicKeyInfrastructure RecordsManagement ReportSettings RiskPreventionProviders Schedule
  SearchConfiguration SecurityActions SecurityAlert SecurityAnalyzedMessage SecurityEvents
  SecurityIdentitiesHealth SecurityIdentitiesSensors SecurityIdentitiesUserActions
  SecurityIncident ServicePrincipalEndpoint SharePointTenantSettings SpiffeTrustDomain
  SubjectRightsRequest Synchronization TeamSettings TeamworkAppSettings TeamworkDevice
  TenantGovernance-Invitation TenantGovernance-PolicyTemplate TenantGovernance-RelatedTenant
  TenantGovernance-Relationship TenantGovernance-Request TenantGovernance-Setting TermStore
  TrustFrameworkKeySet User-LifeCycleInfo UserAuthMethod-Passkey WorkforceIntegration
  eDiscovery:
    Read.All ReadWrite.All;
  Acronym AuditLog AuditLogsQuery-CRM AuditLogsQuery-Endpoint AuditLogsQuery-Entra
  AuditLogsQuery-Exchange AuditLogsQuery-OneDrive AuditLogsQuery-SharePoint AuditLogsQuery
  BackupRestore-Monitor BackupRestore-Search Bookmark ChangeManagement CloudApp-Discovery
  CustomSecAttributeAuditLogs IndustryData-Run Insights-UserMetric NetworkAccess-Reports
  OnlineMeetingAiInsight OnlineMeetingArtifact OnlineMeetingRecording OnlineMeetingTranscript
  OrgContact PartnerBilling QnA Reports ServiceActivity-Exchange
  ServiceActivity-Microsoft365Web ServiceActivity-OneDrive ServiceActivity-Teams ServiceHealth
  ServiceMessage Subscription TeamsUserConfiguration Teamwork TeamworkUserInteraction
  ThreatHunting ThreatIntelligence Topic:
    Read.All;
  AppRoleAssignment Application-RemoteDesktopConfig BillingConfiguration BookingsAppointment
  Contacts-OnPremisesSyncBehavior Financials Group-OnPremisesSyncBehavior LicenseAssignment
  OnPremisesPublishingProfiles SchedulePermissions TeamsPolicyUserAssign ThreatAssessment
  ThreatSubmissionPolicy User-ConvertToInternal User-Mail User-OnPremisesSyncBehavior
  User-PasswordProfile User-Phone WindowsUpdates:
    ReadWrite.All;
  ApprovalSolution ChatMember CopilotSettings-LimitedMode EduAdministration EduCurricula
  LearningProvider MailboxFolder MailboxSettings OnlineMeetings ShortNotes TeamworkTag
  VirtualAppointment VirtualEvent:
    Read ReadWrite;
  AiEnterpriseInteraction Analytics CallEvents Family InformationProtectionConfig
  InformationProtectionPolicy LearningAssignedCourse LearningSelfInitiatedCourse TeamTemplates
  UserTeamwork:
    Read;
  EAS EWS IMAP POP: AccessAsUser.All;
  CrossTenantUserProfileSharing ThreatSubmission UserAuthenticationMethod:
    Read Read.All ReadWrite ReadWrite.All;
  Notifications UserActivity UserNotification: ReadWrite.CreatedByApp;
  AgreementAcceptance People: Read Read.All;
  Contacts Tasks: Read Read.Shared ReadWrite ReadWrite.Shared;
  ChatMessage TeamsActivity: Read Send;
  BitlockerKey DeviceLocalCredential: Read.All ReadBasic.All;
  MultiTenantOrganization PrinterShare: Read.All ReadBasic.All ReadWrite.All;
  ExternalConnection ExternalItem: Read.All ReadWrite.All ReadWrite.OwnedBy;
  PrivilegedAssignmentSchedule PrivilegedEligibilitySchedule:
    Read.AzureADGroup ReadWrite.AzureADGroup Remove.AzureADGroup;
  RoleAssignmentSchedule RoleEligibilitySchedule:
    Read.Directory ReadWrite.Directory Remove.Directory;
  CrossTenantInformation IndustryData: ReadBasic.All;
  ApprovalSolutionResponse EntitlementMgmt-SubjectAccess: ReadWrite;
  ListItems Lists: SelectedOperations.Selected;
  SMTP VirtualAppointmentNotification: Send;
  Directory: AccessAsUser.All Read.All ReadWrite.All;
  Device: Command CreateFromOwnedTemplate Read Read.All;
  Channel: Create Delete.All ReadBasic.All;
  Printer: Create FullControl.All Read.All ReadWrite.All;
  Chat: Create ManageDeletion.All Read ReadBasic ReadWrite ReadWrite.All;
  ConsentRequest: Create Read Read.All ReadApprove.All ReadWrite.All;
  PrintJob:
    Create Read Read.All ReadBasic ReadBasic.All ReadWrite ReadWrite.All ReadWriteBasic
    ReadWriteBasic.All;
  Notes: Create Read Read.All ReadWrite ReadWrite.All ReadWrite.CreatedByApp;
  TeamsTab:
    Create Read.All ReadWrite.All ReadWriteForChat ReadWriteForTeam ReadWriteForUser
    ReadWriteSelfForChat ReadWriteSelfForTeam ReadWriteSelfForUser;
  Team: Create ReadBasic.All;
  User:
    DeleteRestore.All EnableDisableAccount.All Export.All Invite.All ManageIdentities.All Read
    Read.All ReadBasic.All ReadWrite ReadWrite.All RevokeSessions.All;
  ChannelMessage: Edit Read.All ReadWrite Send;
  Sites: FullControl.All Manage.All Read.All ReadWrite.All Selected;
  MailboxItem: ImportExport Read;
  Bookings: Manage.All Read.All ReadWrite.All;
  FileStorageContainer: Manage.All Selected;
  TeamsAppInstallation:
    ManageSelectedForChat ManageSelectedForTeam ManageSelectedForUser ReadForChat ReadForTeam
    ReadForUser ReadSelectedForChat ReadSelectedForTeam ReadSelectedForUser
    ReadWriteAndConsentForChat ReadWriteAndConsentForTeam ReadWriteAndConsentForUser
    ReadWriteAndConsentSelfForChat ReadWriteAndConsentSelfForTeam ReadWriteAndConsentSelfForUser
    ReadWriteForChat ReadWriteForTeam ReadWriteForUser ReadWriteSelectedForChat
    ReadWriteSelectedForTeam ReadWriteSelectedForUser ReadWriteSelfForChat ReadWriteSelfForTeam
    ReadWriteSelfForUser;
  DeviceManagementManagedDevices: PrivilegedOperations.All Read.All ReadWrite.All;
  Files:
    Read Read.All Read.Selected ReadWrite ReadWrite.All ReadWrite.AppFolder ReadWrite.Selected
    SelectedOperations.Selected;
  Presence: Read Read.All ReadWrite;
  Mail: Read Read.Shared ReadBasic ReadBasic.Shared ReadWrite ReadWrite.Shared Send Send.Shared;
  Calendars: Read Read.Shared ReadBasic ReadWrite ReadWrite.Shared;
  EduRoster: Read ReadBasic ReadWrite;
  EduAssignments: Read ReadBasic ReadWrite ReadWriteBasic;
  RoleManagement:
    Read.All Read.CloudPC Read.Defender Read.Directory Read.Exchange ReadWrite.CloudPC
    ReadWrite.Defender ReadWrite.Directory ReadWrite.Exchange;
  Policy:
    Read.All Read.ConditionalAccess Read.DeviceConfiguration Read.IdentityProtection
    Read.PermissionGrant ReadWrite.AccessReview ReadWrite.ApplicationConfiguration
    ReadWrite.AuthenticationFlows ReadWrite.AuthenticationMethod ReadWrite.Authorization
    ReadWrite.ConditionalAccess ReadWrite.ConsentRequest ReadWrite.CrossTenantAccess
    ReadWrite.CrossTenantCapability ReadWrite.DeviceConfiguration ReadWrite.ExternalIdentities
    ReadWrite.FeatureRollout ReadWrite.FedTokenValidation ReadWrite.IdentityProtection
    ReadWrite.MobilityManagement ReadWrite.PermissionGrant ReadWrite.SecurityDefaults
    ReadWrite.TrustFramework;
  BusinessScenarioConfig: Read.All Read.OwnedBy ReadWrite.All ReadWrite.OwnedBy;
  AccessReview: Read.All ReadWrite.All ReadWrite.Membership;
  TeamMember: Read.All ReadWrite.All ReadWriteNonOwnerRole.All;
  AppCatalog: Read.All ReadWrite.All Submit;
  IndustryData-DataConnector: Read.All ReadWrite.All Upload;
  ThreatIndicators: Read.All ReadWrite.OwnedBy;
  EntraBackup: Read.All ReadWrite.Preview ReadWrite.Recovery;
  UnifiedGroupMember: Read.AsGuest;
  PrivilegedAccess:
    Read.AzureAD Read.AzureADGroup Read.AzureResources ReadWrite.AzureAD ReadWrite.AzureADGroup
    ReadWrite.AzureResources;
  RoleManagementPolicy:
    Read.AzureADGroup Read.Directory ReadWrite.AzureADGroup ReadWrite.Directory;
  RoleManagementAlert: Read.Directory ReadWrite.Directory;
  Member: Read.Hidden;
  BusinessScenarioData: Read.OwnedBy ReadWrite.OwnedBy;
  ResourceSpecificPermissionGrant: ReadForChat ReadForTeam ReadForUser;
  SynchronizationData-User: Upload;
  ServiceMessageViewpoint: Write;
  UserTimelineActivity: Write.CreatedByApp;
`

const applicationOnly = `
  AiEnterpriseInteraction CallEvents-Emergency CallEvents CallRecord-PstnCalls CallRecords
  ChatMessage InformationProtectionConfig InformationProtectionPolicy TeamTemplates
  TeamsActivity ThreatAssessment UserTeamwork VirtualEvent:
    Read.All;
  ApprovalSolution EduAdministration EduCurricula LearningAssignedCourse
  LearningSelfInitiatedCourse MailboxFolder OnlineMeetings ShortNotes Tasks TeamworkTag
  UserShiftPreferences VirtualAppointment:
    Read.All ReadWrite.All;
  Device PlaceDeviceTelemetry Presence PrintTaskDefinition Schedule-WorkingTime
  VirtualEventRegistration-Anon:
    ReadWrite.All;
  EduReports-Reading EduReports-Reflect: Read.All ReadAnonymous.All;
  Calendars Mail: ReadBasic.All;
  Calls:
    AccessMedia.All Initiate.All InitiateGroupCall.All JoinGroupCall.All
    JoinGroupCallAsGuest.All;
  Group: Create;
  MailboxItem: ImportExport.All Read.All;
  FileIngestion: Ingest;
  FileIngestionHybridOnboarding: Manage;
  PrintJob: Manage.All;
  TeamsAppInstallation:
    ManageSelectedForChat.All ManageSelectedForTeam.All ManageSelectedForUser.All Read.All
    ReadForChat.All ReadForTeam.All ReadForUser.All ReadSelectedForChat.All
    ReadSelectedForTeam.All ReadSelectedForUser.All ReadWriteAndConsentForChat.All
    ReadWriteAndConsentForTeam.All ReadWriteAndConsentForUser.All
    ReadWriteAndConsentSelfForChat.All ReadWriteAndConsentSelfForTeam.All
    ReadWriteAndConsentSelfForUser.All ReadWriteForChat.All ReadWriteForTeam.All
    ReadWriteForUser.All ReadWriteSelectedForChat.All ReadWriteSelectedForTeam.All
    ReadWriteSelectedForUser.All ReadWriteSelfForChat.All ReadWriteSelfForTeam.All
    ReadWriteSelfForUser.All;
  Teamwork: Migrate.All;
  Chat:
    Read.All Read.WhereInstalled ReadBasic.All ReadBasic.WhereInstalled ReadWrite.WhereInstalled
    UpdatePolicyViolation.All;
  ChatMember: Read.All Read.WhereInstalled ReadWrite.All ReadWrite.WhereInstalled;
  EduRoster: Read.All ReadBasic.All ReadWrite.All;
  EduAssignments: Read.All ReadBasic.All ReadWrite.All ReadWriteBasic.All;
  OnlineMeetingAiInsight: Read.Chat;
  ResourceSpecificPermissionGrant: ReadForChat.All ReadForTeam.All ReadForUser.All;
  Application: ReadWrite.OwnedBy;
  TeamsTab:
    ReadWriteForChat.All ReadWriteForTeam.All ReadWriteForUser.All ReadWriteSelfForChat.All
    ReadWriteSelfForTeam.All ReadWriteSelfForUser.All;
  CustomAuthenticationExtension: Receive.Payload;
  InformationProtectionContent: Sign.All Write.All;
  ChannelMessage: UpdatePolicyViolation.All;
`

const delegatedPermissions = namesOf(delegated)
const applicationOnlyPermissions = namesOf(applicationOnly)

/** The names by their lower-case form: the platform compares permissions without regard to case. */
function namesOf(table: string): ReadonlyMap<string, string> {
  const names = table.split(';').flatMap((entry) => {
    const [subjects = '', operations = ''] = entry.split(':')
    return wordsOf(subjects).flatMap((subject) =>
      wordsOf(operations).map((operation) => `${subject}.${operation}`),
    )
  })
  return new Map(names.map((name) => [name.toLowerCase(), name]))
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
