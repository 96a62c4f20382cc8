package dev.berth.supervise.adoption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.ServiceSpecs;
import dev.berth.supervise.contract.SharedAddresses;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.sys.Errno;
import dev.berth.sys.SockAddr;
import dev.berth.sys.User;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

class BindPolicyTest {
    private static final ServiceSpec UNNAMED = plan(List.of(), List.of(), List.of(), false);

    private static ServiceSpec plan(
            List<Integer> ports, List<String> listen, List<Integer> own, boolean user) {
        User other = new User("web", 33, 33, "/", "/bin/sh", List.of(33));
        SharedAddresses addresses =
                new SharedAddresses(ports, listen.stream().map(ListenAddress::parse).toList());
        return ServiceSpecs.of(ServiceSpecs.group(addresses, own))
                .withProcess(
                        process -> process.withUser(user ? Optional.of(other) : Optional.empty()));
    }

    static ServiceSpec ports(Integer... ports) {
        return plan(List.of(ports), List.of(), List.of(), false);
    }

    private static ServiceSpec listen(String... addresses) {
        return plan(List.of(), List.of(addresses), List.of(), false);
    }

    private static SockAddr.Inet address(String text) {
        return ListenAddress.parse(text).address();
    }

    private static BindPolicy.Decision judge(ServiceSpec spec, String address) {
        return judge(spec, 0, address, false, List.of());
    }

    private static BindPolicy.Decision judge(
            ServiceSpec spec, int slot, String address, boolean ready, List<String> counted) {
        ListenAddress asked = ListenAddress.parse(address);
        return BindPolicy.decide(
                spec,
                slot,
                asked.protocol(),
                asked.address(),
                ready,
                counted.stream().map(ListenAddress::parse).toList());
    }

    private static final BindPolicy.Decision PASS = new BindPolicy.Decision.Pass();
    private static final BindPolicy.Decision SHARE = new BindPolicy.Decision.Share();

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0:80,            0.0.0.0:80,            true",
        "0.0.0.0:80,            0.0.0.0:81,            false",
        "0.0.0.0:80,            127.0.0.1:80,          false",
        "127.0.0.1:80,          127.0.0.1:80,          true",
        "127.0.0.1:80,          127.0.0.2:80,          false",
        "0.0.0.0:80,            [::]:80,               true",
        "[::]:80,               [::]:80,               true",
        "[::]:80,               [::]:81,               false",
        "[::]:80,               [::1]:80,              false",
        "127.0.0.1:80,          [::1]:80,              false",
        "127.0.0.1:80,          [::ffff:127.0.0.1]:80, true",
        "127.0.0.2:80,          [::ffff:127.0.0.1]:80, false",
        "0.0.0.0:80,            [::ffff:0.0.0.0]:80,   true",
        "[::]:80,               [::ffff:0.0.0.0]:80,   true",
        "[::ffff:127.0.0.1]:80, [::ffff:127.0.0.1]:80, true",
        "[2001:db8::1]:80,      [2001:db8::1]:80,      true",
        "[2001:db8::1]:80,      [2001:db8::2]:80,      false",
    })
    void addressesThatMeanTheSameToPeople(String one, String other, boolean same) {
        assertThat(BindPolicy.sameForUsers(address(one), address(other))).isEqualTo(same);
        assertThat(BindPolicy.sameForUsers(address(other), address(one))).isEqualTo(same);
    }

    @Test
    void aNamedPortMeansEveryTcpAddressWithIt() {
        ServiceSpec spec = ports(8080);

        assertThat(Stream.of("0.0.0.0:8080", "127.0.0.1:8080", "[::1]:8080", "[::]:8080"))
                .allMatch(text -> BindPolicy.names(spec, Protocol.TCP, address(text)));
        assertThat(BindPolicy.names(spec, Protocol.TCP, address("0.0.0.0:8081"))).isFalse();
        assertThat(BindPolicy.names(spec, Protocol.UDP, address("0.0.0.0:8080"))).isFalse();
    }

    @Test
    void aNamedAddressMeansItsProtocolOnly() {
        ServiceSpec spec = listen("tcp://127.0.0.1:53", "udp://0.0.0.0:54");

        assertThat(BindPolicy.names(spec, Protocol.TCP, address("127.0.0.1:53"))).isTrue();
        assertThat(BindPolicy.names(spec, Protocol.TCP, address("0.0.0.0:53"))).isFalse();
        assertThat(BindPolicy.names(spec, Protocol.UDP, address("127.0.0.1:53"))).isFalse();
        assertThat(BindPolicy.names(spec, Protocol.UDP, address("[::]:54"))).isTrue();
        assertThat(BindPolicy.names(spec, Protocol.TCP, address("0.0.0.0:54"))).isFalse();
    }

    @Test
    void ifNothingIsNamedEveryTcpPortBeforeReadinessIsShared() {
        assertThat(judge(UNNAMED, "0.0.0.0:8080")).isEqualTo(SHARE);
        assertThat(judge(UNNAMED, "[::1]:9")).isEqualTo(SHARE);
        assertThat(judge(UNNAMED, 0, "0.0.0.0:8080", true, List.of())).isEqualTo(PASS);
    }

    @Test
    void anAddressSharedAlreadyIsSharedAgainLaterToo() {
        assertThat(judge(UNNAMED, 0, "0.0.0.0:8080", true, List.of("tcp://0.0.0.0:8080")))
                .isEqualTo(SHARE);
        assertThat(judge(UNNAMED, 0, "127.0.0.1:8080", true, List.of("tcp://0.0.0.0:8080")))
                .isEqualTo(PASS);
        assertThat(judge(UNNAMED, 0, "udp://0.0.0.0:8080", true, List.of("tcp://0.0.0.0:8080")))
                .isEqualTo(PASS);
    }

    @Test
    void namedAddressesAreSharedLaterTooAndNothingElseIs() {
        ServiceSpec spec = ports(8080);

        assertThat(judge(spec, 0, "0.0.0.0:8080", true, List.of())).isEqualTo(SHARE);
        assertThat(judge(spec, "0.0.0.0:8081")).isEqualTo(PASS);
        assertThat(judge(listen("127.0.0.1:8080"), "0.0.0.0:8080")).isEqualTo(PASS);
    }

    @Test
    void portZeroIsNeverShared() {
        assertThat(judge(UNNAMED, "0.0.0.0:0")).isEqualTo(PASS);
        assertThat(judge(UNNAMED, 0, "0.0.0.0:0", false, List.of("tcp://0.0.0.0:0")))
                .isEqualTo(PASS);
    }

    @Test
    void datagramsAreSharedOnlyByName() {
        assertThat(judge(UNNAMED, "udp://0.0.0.0:53")).isEqualTo(PASS);
        assertThat(judge(ports(53), "udp://0.0.0.0:53")).isEqualTo(PASS);
        assertThat(judge(listen("udp://0.0.0.0:53"), "udp://0.0.0.0:53")).isEqualTo(SHARE);
        assertThat(judge(listen("udp://0.0.0.0:53"), "tcp://0.0.0.0:53")).isEqualTo(PASS);
    }

    @Test
    void aPrivatePortIsOnePerSlot() {
        ServiceSpec spec = plan(List.of(8081), List.of(), List.of(8081), false);

        assertThat(judge(spec, 0, "127.0.0.1:8081", false, List.of()))
                .isEqualTo(new BindPolicy.Decision.Own(address("127.0.0.1:8081")));
        assertThat(judge(spec, 3, "[::1]:8081", true, List.of()))
                .isEqualTo(new BindPolicy.Decision.Own(address("[::1]:8084")));
        assertThat(judge(spec, 3, "udp://0.0.0.0:8081", false, List.of())).isEqualTo(PASS);
        assertThat(judge(spec, 3, "0.0.0.0:8084", false, List.of())).isEqualTo(PASS);
    }

    @Test
    void aPrivatePortBeyondTheLastPortIsRefused() {
        ServiceSpec spec = plan(List.of(), List.of(), List.of(65535), false);

        assertThat(judge(spec, 0, "0.0.0.0:65535", false, List.of()))
                .isEqualTo(new BindPolicy.Decision.Own(address("0.0.0.0:65535")));
        assertThat(judge(spec, 1, "0.0.0.0:65535", false, List.of()))
                .isEqualTo(
                        new BindPolicy.Decision.Refuse(Errno.EINVAL, "no port 65536 for slot 1"));
    }

    @Test
    void anotherUserGetsAPortBelow1024OnlyByItsAddress() {
        ServiceSpec unnamed = plan(List.of(), List.of(), List.of(), true);

        assertThat(judge(unnamed, "0.0.0.0:1023"))
                .isEqualTo(
                        new BindPolicy.Decision.Refuse(
                                Errno.EACCES,
                                "port 1023 is below 1024 and the worker runs as web:"
                                        + " name the address with -l to allow it"));
        assertThat(judge(unnamed, "0.0.0.0:1024")).isEqualTo(SHARE);
        assertThat(judge(UNNAMED, "0.0.0.0:80")).as("the supervisor's own user").isEqualTo(SHARE);
        assertThat(judge(plan(List.of(80), List.of(), List.of(), true), "0.0.0.0:80"))
                .isInstanceOf(BindPolicy.Decision.Refuse.class);
        assertThat(judge(plan(List.of(), List.of("[::]:80"), List.of(), true), "0.0.0.0:80"))
                .isEqualTo(SHARE);
        assertThat(judge(plan(List.of(), List.of(), List.of(80), true), "0.0.0.0:80"))
                .isInstanceOf(BindPolicy.Decision.Own.class);
    }

    private static GroupKey key(String text, boolean own) {
        ListenAddress listen = ListenAddress.parse(text);
        return new GroupKey(listen.protocol(), listen.address(), false, 0, own);
    }

    private static boolean complete(ServiceSpec spec, String... bound) {
        return BindPolicy.complete(spec, Stream.of(bound).map(text -> key(text, false)).toList());
    }

    @Test
    void ifNothingIsNamedAnySharedListenerCompletesReadiness() {
        assertThat(complete(UNNAMED)).isFalse();
        assertThat(complete(UNNAMED, "127.0.0.1:9")).isTrue();
        assertThat(BindPolicy.complete(UNNAMED, List.of(key("127.0.0.1:9", true)))).isFalse();
    }

    @Test
    void everyNamedAddressMustBeBound() {
        ServiceSpec spec = plan(List.of(80, 443), List.of("udp://0.0.0.0:53"), List.of(), false);

        assertThat(complete(spec, "0.0.0.0:80", "[::1]:443", "udp://[::]:53")).isTrue();
        assertThat(complete(spec, "0.0.0.0:80", "udp://[::]:53")).isFalse();
        assertThat(complete(spec, "0.0.0.0:80", "[::1]:443")).isFalse();
        assertThat(complete(spec, "0.0.0.0:80", "[::1]:443", "tcp://[::]:53")).isFalse();
        assertThat(complete(spec, "0.0.0.0:80", "udp://[::1]:443", "udp://[::]:53")).isFalse();
    }

    @Test
    void ifAnAddressIsNamedTheAddressMatters() {
        ServiceSpec spec = listen("tcp://127.0.0.1:80");

        assertThat(complete(spec, "127.0.0.1:80")).isTrue();
        assertThat(complete(spec, "[::ffff:127.0.0.1]:80")).isTrue();
        assertThat(complete(spec, "0.0.0.0:80")).isFalse();
    }

    @Test
    void aPrivatePortIsNotTheNamedPortOfTheSameNumber() {
        ServiceSpec spec = plan(List.of(8081), List.of("127.0.0.1:8082"), List.of(8080), false);

        assertThat(
                        BindPolicy.complete(
                                spec,
                                List.of(key("0.0.0.0:8081", true), key("127.0.0.1:8082", false))))
                .isFalse();
        assertThat(
                        BindPolicy.complete(
                                spec,
                                List.of(key("0.0.0.0:8081", false), key("127.0.0.1:8082", true))))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0:80, 0.0.0.0:80, true",
        "0.0.0.0:80, 127.0.0.1:80, true",
        "127.0.0.1:80, 0.0.0.0:80, false",
        "127.0.0.1:80, 127.0.0.2:80, false",
        "[::]:80, 0.0.0.0:80, true",
        "[::]:80, 127.0.0.1:80, true",
        "[::]:80, [::1]:80, true",
        "0.0.0.0:80, [::]:80, false",
        "[::1]:80, [::]:80, false",
        "[::1]:80, 127.0.0.1:80, false",
        "[::ffff:127.0.0.1]:80, 127.0.0.1:80, true",
        "0.0.0.0:80, 0.0.0.0:81, false",
    })
    void aNewVersionMustListenWhereItsPredecessorDoesOrWider(
            String bound, String served, boolean covered) {
        assertThat(BindPolicy.uncovered(List.of(plain(bound)), List.of(plain(served))).isEmpty())
                .isEqualTo(covered);
    }

    private static GroupKey plain(String address) {
        ListenAddress parsed = ListenAddress.parse("tcp://" + address);
        return new GroupKey(Protocol.TCP, parsed.address(), false, 0, false);
    }

    @Test
    void bothWildcardsTogetherCoverTheDualStackWildcard() {
        GroupKey six = new GroupKey(Protocol.TCP, plain("[::]:80").address(), true, 0, false);

        assertThat(BindPolicy.uncovered(List.of(six), List.of(plain("[::]:80")))).hasSize(1);
        assertThat(BindPolicy.uncovered(List.of(six), List.of(plain("0.0.0.0:80")))).hasSize(1);
        assertThat(
                        BindPolicy.uncovered(
                                List.of(six, plain("0.0.0.0:80")), List.of(plain("[::]:80"))))
                .isEmpty();
    }

    @Test
    void aListenerOnADeviceOrAPrivateOneCoversNothingElse() {
        GroupKey bound = plain("0.0.0.0:80");
        GroupKey device = new GroupKey(Protocol.TCP, bound.address(), false, 3, false);
        GroupKey own = new GroupKey(Protocol.TCP, bound.address(), false, 0, true);

        assertThat(BindPolicy.uncovered(List.of(device), List.of(bound))).containsExactly(bound);
        assertThat(BindPolicy.uncovered(List.of(bound), List.of(device))).isEmpty();
        assertThat(BindPolicy.uncovered(List.of(own), List.of(bound))).containsExactly(bound);
        assertThat(BindPolicy.uncovered(List.of(), List.of(own))).isEmpty();
    }
}
