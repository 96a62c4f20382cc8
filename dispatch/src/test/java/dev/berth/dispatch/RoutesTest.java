package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.dispatch.Route.Speech;
import dev.berth.dispatch.Routes.Rule;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

class RoutesTest {
    private static FirstBytes tls(String sni, String... alpn) {
        return new FirstBytes.Tls(Optional.of(sni).filter(s -> !s.isEmpty()), List.of(alpn));
    }

    private static FirstBytes http(String host, String path) {
        return new FirstBytes.Http1("GET", Optional.of(host), path);
    }

    private static Routes routes(Rule... rules) {
        return new Routes(List.of(rules), Optional.empty());
    }

    private static Rule rule(Route route, String service) {
        return new Rule(route, service);
    }

    @Test
    void theMostSpecificRouteWinsWhateverItsPosition() {
        List<Rule> rules =
                new ArrayList<>(
                        List.of(
                                rule(Route.ANY.withProtocol(Speech.TLS), "tls"),
                                rule(Route.ANY.withSni("*.example"), "wild"),
                                rule(Route.ANY.withSni("*.b.example"), "wilder"),
                                rule(Route.ANY.withSni("a.b.example"), "exact"),
                                rule(Route.ANY.withSni("a.b.example").withAlpn("h2"), "h2"),
                                rule(Route.ANY.withHost("*.example"), "host"),
                                rule(Route.ANY.withPath("/api"), "api"),
                                rule(Route.ANY.withPath("/api/v2"), "v2"),
                                rule(Route.ANY.withHost("a.example").withPath("/"), "root")));
        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(rules, new Random(seed));
            Routes routes = new Routes(rules, Optional.of("default"));
            assertThat(routes.choose(tls("a.b.example", "h2"))).contains("h2");
            assertThat(routes.choose(tls("a.b.example"))).contains("exact");
            assertThat(routes.choose(tls("c.b.example"))).contains("wilder");
            assertThat(routes.choose(tls("b.example"))).contains("wild");
            assertThat(routes.choose(tls("example"))).contains("tls");
            assertThat(routes.choose(tls(""))).contains("tls");
            assertThat(routes.choose(http("x.example", "/api/v2/y"))).contains("host");
            assertThat(routes.choose(http("x.org", "/api/v2/y"))).contains("v2");
            assertThat(routes.choose(http("x.org", "/api"))).contains("api");
            assertThat(routes.choose(http("x.org", "/apis"))).contains("default");
            assertThat(routes.choose(http("a.example", "/x"))).contains("root");
            assertThat(routes.choose(new FirstBytes.Ssh())).contains("default");
            assertThat(routes.choose(FirstBytes.OTHER)).contains("default");
        }
    }

    @Test
    void amongEquallySpecificRoutesTheFirstWins() {
        Routes routes =
                routes(
                        rule(Route.ANY.withAlpn("h2"), "first"),
                        rule(Route.ANY.withAlpn("http/1.1"), "second"));
        assertThat(routes.choose(tls("", "http/1.1", "h2"))).contains("first");
        assertThat(routes.choose(tls("", "http/1.1"))).contains("second");
        assertThat(routes.choose(tls("", "x"))).isEmpty();
    }

    @Test
    void protocolsAreDistinguished() {
        Routes routes =
                routes(
                        rule(Route.ANY.withProtocol(Speech.TLS), "tls"),
                        rule(Route.ANY.withProtocol(Speech.HTTP), "http"),
                        rule(Route.ANY.withProtocol(Speech.HTTP2), "http2"),
                        rule(Route.ANY.withProtocol(Speech.SSH), "ssh"));
        assertThat(routes.choose(tls("a"))).contains("tls");
        assertThat(routes.choose(http("a", "/"))).contains("http");
        assertThat(routes.choose(new FirstBytes.Http2())).contains("http2");
        assertThat(routes.choose(new FirstBytes.Ssh())).contains("ssh");
        assertThat(routes.choose(FirstBytes.OTHER)).isEmpty();
        assertThat(routes.choose(new FirstBytes.Proxy(1, Optional.empty(), 15))).isEmpty();
    }

    @Test
    void anAddressAsHostMayBeInBrackets() {
        Routes routes = routes(rule(Route.ANY.withHost("[2001:DB8::1]"), "six"));
        assertThat(routes.choose(http("2001:db8::1", "/"))).contains("six");
        assertThat(routes.choose(http("2001:db8::2", "/"))).isEmpty();
    }

    @Test
    void clientsSpeakFirstOnlyIfNoServerMight() {
        Rule tls = rule(Route.ANY.withSni("a"), "a");
        Rule ssh = rule(Route.ANY.withProtocol(Speech.SSH), "s");
        assertThat(routes(tls).clientsSpeakFirst()).isTrue();
        assertThat(routes(tls, ssh).clientsSpeakFirst()).isFalse();
        assertThat(new Routes(List.of(tls), Optional.of("a")).clientsSpeakFirst()).isFalse();
        assertThat(Routes.all("a").clientsSpeakFirst()).isFalse();
        assertThat(Routes.all("a").needContent()).isFalse();
    }

    @Test
    void invalidRoutesAreRejectedWithTheReason() {
        assertThatThrownBy(() -> Route.ANY.withSni("a").withHost("b"))
                .hasMessageContaining("no connection has both");
        assertThatThrownBy(() -> Route.ANY.withSni("a").withProtocol(Speech.SSH))
                .hasMessageContaining("not ssh");
        assertThatThrownBy(() -> Route.ANY.withPath("api")).hasMessageContaining("begins with /");
        for (String wrong : List.of("", "*", "*.", "a.*.b", "*a.example", "a b", "a/b", "[]")) {
            assertThatThrownBy(() -> Route.ANY.withSni(wrong))
                    .as(wrong)
                    .hasMessageContaining("a name looks like");
        }
        assertThatThrownBy(() -> routes(rule(Route.ANY, "a"))).hasMessageContaining("default");
        assertThatThrownBy(() -> routes()).hasMessageContaining("neither");
        assertThatThrownBy(
                        () ->
                                routes(
                                        rule(Route.ANY.withSni("A."), "x"),
                                        rule(Route.ANY.withSni("a"), "y")))
                .hasMessageContaining("both");
    }
}
