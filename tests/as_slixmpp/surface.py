"""What programs written for slixmpp import: each module with its names, one a line."""

__all__ = ["SURFACE"]

SURFACE = """
slixmpp                                 JID ClientXMPP Presence Message Iq InvalidJID __version__ __version_info__
                                        register_stanza_plugin ElementBase Callback CoroutineCallback StanzaPath
                                        ComponentXMPP BaseXMPP MatchXMLMask ET XMLStream MatchMany MatchXPath MatcherId
                                        Waiter Collector XMLCallback XMLWaiter
slixmpp.basexmpp                        BaseXMPP
slixmpp.clientxmpp                      ClientXMPP
slixmpp.componentxmpp                   ComponentXMPP
slixmpp.exceptions                      IqError XMPPError IqTimeout PresenceError
slixmpp.jid                             JID unescape_node InvalidJID
slixmpp.plugins                         register_plugin BasePlugin PLUGINS PluginNotFound PluginManager load_plugin
slixmpp.plugins.base                    BasePlugin register_plugin PluginManager PluginNotFound load_plugin
slixmpp.plugins.xep_0004                Form XEP_0004
slixmpp.plugins.xep_0004.stanza         Form FormField
slixmpp.plugins.xep_0004.stanza.field   FormField
slixmpp.plugins.xep_0004.stanza.form    Form
slixmpp.plugins.xep_0012                XEP_0012 LastActivity
slixmpp.plugins.xep_0030                DiscoInfo DiscoItems XEP_0030
slixmpp.plugins.xep_0030.stanza.info    DiscoInfo
slixmpp.plugins.xep_0030.stanza.items   DiscoItems DiscoItem
slixmpp.plugins.xep_0045                XEP_0045
slixmpp.plugins.xep_0045.stanza         MUCAdminItem MUCUserItem
slixmpp.plugins.xep_0048                Bookmarks Conference URL
slixmpp.plugins.xep_0050                Command XEP_0050
slixmpp.plugins.xep_0050.adhoc          XEP_0050 CommandType
slixmpp.plugins.xep_0054                XEP_0054 VCardTemp
slixmpp.plugins.xep_0060                XEP_0060
slixmpp.plugins.xep_0060.stanza         Item EventItem Affiliation Subscription Event EventItems OwnerAffiliation
slixmpp.plugins.xep_0077                XEP_0077 Register
slixmpp.plugins.xep_0082                format_datetime parse
slixmpp.plugins.xep_0084                MetaData
slixmpp.plugins.xep_0084.stanza         MetaData Data Info
slixmpp.plugins.xep_0092                XEP_0092 Version
slixmpp.plugins.xep_0115                XEP_0115
slixmpp.plugins.xep_0153                VCardTempUpdate
slixmpp.plugins.xep_0163                XEP_0163
slixmpp.plugins.xep_0172.stanza         UserNick
slixmpp.plugins.xep_0184                XEP_0184
slixmpp.plugins.xep_0203                Delay
slixmpp.plugins.xep_0231                XEP_0231 BitsOfBinary
slixmpp.plugins.xep_0231.stanza         BitsOfBinary
slixmpp.plugins.xep_0264.stanza         Thumbnail
slixmpp.plugins.xep_0292.stanza         VCard4 NS
slixmpp.plugins.xep_0297.stanza         Forwarded
slixmpp.plugins.xep_0319.stanza         Idle
slixmpp.plugins.xep_0333.stanza         Displayed
slixmpp.plugins.xep_0334                NoPermanentStore NoStore Store
slixmpp.plugins.xep_0356.permissions    IqPermission MessagePermission RosterAccess PresencePermission Permissions
slixmpp.plugins.xep_0356.privilege      PrivilegedIqError uuid XEP_0356
slixmpp.plugins.xep_0363.http_upload    FileTooBig UploadServiceNotFound HTTPError FileUploadError
slixmpp.plugins.xep_0402.stanza         Conference
slixmpp.plugins.xep_0410                PingStatus
slixmpp.plugins.xep_0424.stanza         Retract
slixmpp.plugins.xep_0447.stanza         StatelessFileSharing
slixmpp.plugins.xep_0469.stanza         NS Pinned
slixmpp.plugins.xep_0492.stanza         NS Never WhenLiteral
slixmpp.plugins.xep_0511.stanza         LinkMetadata
slixmpp.roster                          RosterItem RosterNode Roster
slixmpp.roster.single                   RosterNode
slixmpp.roster.multi                    Roster
slixmpp.roster.item                     RosterItem
slixmpp.stanza                          Message Presence Iq StreamError StreamFeatures Error Handshake
slixmpp.stanza.error                    Error
slixmpp.stanza.stream_error             StreamError
slixmpp.test                            SlixTest TestTransport
slixmpp.test.integration                SlixIntegration
slixmpp.test.slixtest                   ComponentXMPP
slixmpp.types                           ResourceDict PresenceShows PresenceTypes MessageTypes JidStr OptJid OptJidStr
                                        ExtPresenceShows MucAffiliation MucRole PresenceArgs RosterState
slixmpp.util                            FileSystemCache FileSystemPerJidCache
slixmpp.xmlstream                       ET StanzaBase XMLStream register_stanza_plugin ElementBase tostring JID
                                        highlight
slixmpp.xmlstream.handler               CoroutineCallback Callback
slixmpp.xmlstream.handler.callback      Callback
slixmpp.xmlstream.matcher               MatchXPath StanzaPath MatchXMLMask MatcherId
slixmpp.xmlstream.matcher.base          MatcherBase
slixmpp.xmlstream.stanzabase            ElementBase StanzaBase
slixmpp.xmlstream.tostring              tostring
slixmpp.xmlstream.xmlstream             NotConnectedError InvalidCABundle
"""
