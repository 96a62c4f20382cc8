package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.sys.Errno;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Derives a forecast from the sockets on the port, by the pairwise rule.
///
/// A success is certain if it does not depend on what could not be read. A failure is certain only
/// if, in addition, the new socket has no SO_REUSEPORT: with it, the kernel's memory of earlier
/// binds, which cannot be read, may let the socket in.
final class ForecastBuilder {
    private final BindRequest request;
    private final BindEnvironment environment;
    private final BindContext context;
    private final KernelCheck kernel;

    ForecastBuilder(
            BindRequest request,
            BindEnvironment environment,
            List<PortSocket> sockets,
            KernelCheck kernel) {
        this.request = request;
        this.environment = environment;
        this.context = BindContext.of(request, environment.device(), sockets);
        this.kernel = kernel;
    }

    BindForecast forecast() {
        List<ObservedSocket> inTheWay = context.conflicts(ObservedSocket::likely);
        return inTheWay.isEmpty() ? success() : failure(inTheWay);
    }

    private BindForecast success() {
        List<String> uncertain = new ArrayList<>(general());
        if (request.where().port() == 0) {
            uncertain.add(
                    "the kernel chooses the port; that fails if none is free"
                            + " (net.ipv4.ip_local_port_range)");
        }
        context.conflicts(ObservedSocket::strict).stream()
                .map(
                        other ->
                                "it depends on %s of a socket at %s, which could not be read"
                                        .formatted(other.unknown(), other.socket().local()))
                .distinct()
                .forEach(uncertain::add);
        if (!kernel.showsBoundSockets() && request.protocol() == Protocol.TCP) {
            uncertain.add(
                    "sockets that are bound but do not listen are in the way too, and this kernel"
                            + " does not list them (Linux 6.8 does)");
        }
        List<ObservedSocket> beside =
                context.others().stream()
                        .filter(other -> context.rule(other.likely()).overlaps())
                        .toList();
        return new BindForecast(
                request,
                Optional.empty(),
                Optional.empty(),
                uncertain,
                causes(beside),
                List.of(),
                new TrafficImpact(context).sentences());
    }

    private BindForecast failure(List<ObservedSocket> inTheWay) {
        List<String> uncertain = new ArrayList<>(general());
        if (context.conflicts(ObservedSocket::generous).isEmpty()) {
            inTheWay.stream()
                    .map(
                            other ->
                                    "it depends on %s of the socket at %s, which could not be read"
                                            .formatted(other.unknown(), other.socket().local()))
                    .distinct()
                    .forEach(uncertain::add);
        }
        if (request.reuseport()) {
            uncertain.add(
                    "with SO_REUSEPORT the bind may still succeed, because of sockets that were"
                            + " on the port before: the kernel's memory of them cannot be read");
        }
        return new BindForecast(
                request,
                Optional.of(Errno.EADDRINUSE),
                Optional.empty(),
                uncertain,
                causes(inTheWay),
                new Remedies(request, environment, context).sentences(),
                List.of());
    }

    private List<String> general() {
        boolean otherUid =
                context.others().stream().anyMatch(other -> other.likely().uid() != request.uid());
        Stream<String> rules =
                Stream.of(
                                kernel.doubt(),
                                otherUid ? kernel.doubtOfUids() : Optional.<String>empty())
                        .flatMap(Optional::stream);
        return Stream.concat(rules, environment.doubts(false).stream()).toList();
    }

    private Cause cause(ObservedSocket other) {
        PairwiseRule likely = context.rule(other.likely());
        PairwiseRule strict = context.rule(other.strict());
        PairwiseRule generous = context.rule(other.generous());
        if (likely == strict && likely == generous) {
            return Cause.of(likely, other.socket());
        }
        if (likely.allowed() == strict.allowed() && likely.allowed() == generous.allowed()) {
            return unread(likely, other);
        }
        return unknown(
                other,
                "whether they can share depends on "
                        + other.unknown()
                        + " of the other socket, which cannot be read");
    }

    /// What could not be read makes no difference here, so nothing is claimed about it.
    private Cause unread(PairwiseRule likely, ObservedSocket other) {
        RuleSocket wanted = context.wanted();
        if (!likely.allowed() && !wanted.reuseaddr() && !wanted.reuseport()) {
            return Cause.of(PairwiseRule.NOT_SHARED_BY_YOU, other.socket());
        }
        String listens =
                wanted.reuseaddr() && other.likely().stage() == SocketStage.LISTENING
                        ? "; SO_REUSEADDR does not help while the other socket listens"
                        : "";
        return unknown(
                other,
                other.unknown()
                        + " of the other socket cannot be read, but that makes no difference"
                        + listens);
    }

    private static Cause unknown(ObservedSocket other, String sentence) {
        return new Cause(
                "unknown-options",
                "the addresses overlap; " + sentence,
                Optional.of(other.socket()));
    }

    private List<Cause> causes(List<ObservedSocket> sockets) {
        return sockets.stream().map(this::cause).toList();
    }
}
