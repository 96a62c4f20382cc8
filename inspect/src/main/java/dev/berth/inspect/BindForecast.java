package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.sys.Errno;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What bind(2) and listen(2) would answer now, why, and what would help.
///
/// @param request the bind in question
/// @param bind the errno of bind(2); empty: it succeeds
/// @param listen the errno of listen(2) after a bind that succeeds; empty: it succeeds, or is not
///   reached, or (UDP) does not exist
/// @param uncertain why the answer may be wrong, a sentence each; empty: it is certain, as long as
///   nothing on the port changes and no security module or cgroup program interferes
/// @param because the sockets in the way; if the bind succeeds, those with which it shares the port
/// @param fixes what would really help, each tried with the rules before it is listed
/// @param traffic if the bind succeeds alongside other sockets: who then gets what, a sentence each
public record BindForecast(
        BindRequest request,
        Optional<Errno> bind,
        Optional<Errno> listen,
        List<String> uncertain,
        List<Cause> because,
        List<String> fixes,
        List<String> traffic) {
    public BindForecast {
        uncertain = List.copyOf(uncertain);
        because = List.copyOf(because);
        fixes = List.copyOf(fixes);
        traffic = List.copyOf(traffic);
    }

    /// Inspects the sockets on the port in the network namespace of the calling thread. Nothing is
    /// bound to the port.
    ///
    /// The rules are checked once on each kernel release, see [KernelCheck]; that takes up to a
    /// second. Example for a server socket of the JDK:
    ///
    /// ```java
    /// var address = ListenAddress.parse("tcp://[::]:8080");
    /// var forecast = BindForecast.of(BindRequest.of(address).withReuseaddr(true));
    /// if (!forecast.succeeds()) {
    ///     forecast.because().forEach(cause -> System.out.println(cause.sentence()));
    ///     forecast.fixes().forEach(System.out::println);
    /// }
    /// ```
    ///
    /// @throws IllegalArgumentException if the wanted device does not exist
    /// @throws IOException if the kernel's tables cannot be read
    public static BindForecast of(BindRequest request) throws IOException {
        return of(request, KernelCheck.here(System.getenv()));
    }

    static BindForecast of(BindRequest request, KernelCheck kernel) throws IOException {
        PortQuery query = PortQuery.port(request.where().port()).withProtocol(request.protocol());
        BindForecast forecast = seen(request, query, kernel);
        // Stopping only some of a socket's holders does not free its port: all of them must be
        // named.
        return forecast.succeeds() || forecast.because().isEmpty()
                ? forecast
                : seen(request, query.withThorough(), kernel);
    }

    private static BindForecast seen(BindRequest request, PortQuery query, KernelCheck kernel)
            throws IOException {
        PortReport report =
                request.where().port() == 0
                        ? new PortReport(List.of(), List.of(), List.of())
                        : PortReport.of(query);
        BindForecast forecast =
                of(request, BindEnvironment.read(request), report.sockets(), kernel);
        Optional<String> vrf = Vrf.doubt(request, report.sockets());
        if (vrf.isPresent()) {
            forecast = forecast.doubted(vrf.get());
        }
        return report.whole() ? forecast : forecast.doubted(report.unknown().getFirst());
    }

    static BindForecast of(
            BindRequest request,
            BindEnvironment environment,
            List<PortSocket> sockets,
            KernelCheck kernel) {
        Optional<Errno> wrong =
                environment
                        .check()
                        .errno(
                                request.protocol(),
                                request.where(),
                                request.v6only(),
                                environment.device());
        return wrong.isPresent()
                ? refused(request, environment, wrong.get(), sockets, kernel)
                : new ForecastBuilder(request, environment, sockets, kernel).forecast();
    }

    private static BindForecast refused(
            BindRequest request,
            BindEnvironment environment,
            Errno errno,
            List<PortSocket> sockets,
            KernelCheck kernel) {
        List<String> uncertain = new ArrayList<>();
        kernel.doubt().ifPresent(uncertain::add);
        environment.doubts(errno == Errno.EADDRNOTAVAIL && !request.six()).forEach(uncertain::add);
        return new BindForecast(
                request,
                Optional.of(errno),
                Optional.empty(),
                uncertain,
                List.of(AddressAdvice.cause(request, errno)),
                AddressAdvice.fixes(
                        request,
                        environment,
                        errno,
                        other -> BindContext.of(other, environment.device(), sockets).passes()),
                List.of());
    }

    /// The same forecast, marked as uncertain.
    ///
    /// @param reason why it may be wrong, a sentence
    public BindForecast doubted(String reason) {
        List<String> doubts = new ArrayList<>(uncertain);
        doubts.addFirst(reason);
        return new BindForecast(request, bind, listen, doubts, because, fixes, traffic);
    }

    /// Whether bind and listen would both succeed.
    public boolean succeeds() {
        return bind.isEmpty() && listen.isEmpty();
    }

    /// Whether the answer is certain.
    public boolean certain() {
        return uncertain.isEmpty();
    }

    /// `OK` or the name of the errno.
    public String bindAnswer() {
        return bind.map(Errno::name).orElse(HistoryModel.OK);
    }

    /// `OK` or the name of the errno; empty if listen(2) is not reached, or for UDP.
    public Optional<String> listenAnswer() {
        return bind.isPresent() || request.address().protocol() == Protocol.UDP
                ? Optional.empty()
                : Optional.of(listen.map(Errno::name).orElse(HistoryModel.OK));
    }
}
