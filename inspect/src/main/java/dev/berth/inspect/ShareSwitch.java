package dev.berth.inspect;

import dev.berth.net.Holder;
import dev.berth.net.ListenAddress;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Sets or clears SO_REUSEPORT on sockets of running processes, through borrowed descriptors. This
/// is the only class in this module that changes anything.
///
/// The kernel reads the option when the *next* socket binds, so it can be set late on the first
/// socket.
///
/// **Source:** `inet_csk_get_port`, `udp_lib_get_port`
public final class ShareSwitch {
    private ShareSwitch() {}

    /// Carries out the plan, even if it has a refusal, and returns a result for each of its
    /// changes. A socket that is closed meanwhile does not keep the others from being changed.
    public static List<ShareChange> apply(SharePlan plan) {
        List<ShareChange> done = new ArrayList<>();
        try (FdBorrower borrower = new FdBorrower()) {
            for (PortSocket socket : plan.changes()) {
                done.add(change(borrower, socket, plan.open()));
            }
        }
        return done;
    }

    /// One holder that permits it is enough: the option belongs to the socket, not to the
    /// descriptor.
    private static ShareChange change(FdBorrower borrower, PortSocket socket, boolean open) {
        ShareChange.Result result = ShareChange.Result.GONE;
        String reason = "its owner closed it meanwhile";
        for (Owner owner : socket.owners()) {
            Holder holder = new Holder(owner.pid(), owner.fd());
            try (Fd fd = borrower.borrow(socket.row(), holder)) {
                SocketOption.REUSEPORT.write(fd.number(), open ? 1 : 0);
                if (SocketOption.REUSEPORT.read(fd.number()) != 0 == open) {
                    return new ShareChange(socket, ShareChange.Result.DONE, "");
                }
                result = ShareChange.Result.FAILED;
                reason = "the kernel accepted the option but did not keep it";
            } catch (ErrnoException refused) {
                if (!FdBorrower.holderGone(refused)) {
                    result = ShareChange.Result.FAILED;
                    reason = FdBorrower.reason(socket.row(), refused);
                }
            }
        }
        return new ShareChange(socket, result, reason);
    }

    /// What a newcomer with SO_REUSEPORT, with the uid and at the address of each port of the plan,
    /// would meet now. When opening, if SO_REUSEPORT alone does not let it in, the newcomer sets
    /// SO_REUSEADDR too.
    ///
    /// @throws IOException if the kernel's tables cannot be read
    public static List<BindForecast> check(SharePlan plan) throws IOException {
        KernelCheck kernel = KernelCheck.here(System.getenv());
        Set<BindRequest> newcomers = new LinkedHashSet<>();
        plan.ports().forEach(port -> newcomers.add(newcomer(port)));
        List<BindForecast> checks = new ArrayList<>();
        for (BindRequest newcomer : newcomers) {
            List<PortSocket> sockets = now(plan, newcomer);
            BindEnvironment environment = BindEnvironment.read(newcomer);
            BindForecast plain = BindForecast.of(newcomer, environment, sockets, kernel);
            boolean enough = !plan.open() || (plain.succeeds() && plain.certain());
            BindRequest both = newcomer.withReuseaddr(true);
            checks.add(enough ? plain : BindForecast.of(both, environment, sockets, kernel));
        }
        return checks;
    }

    /// The current sockets. Sockets that could not be changed were created before their listener
    /// was opened, and so most likely without SO_REUSEPORT, whatever the listener has by now.
    private static List<PortSocket> now(SharePlan plan, BindRequest request) throws IOException {
        Set<Long> lasting = new HashSet<>();
        plan.lasting().forEach(socket -> lasting.add(socket.cookie()));
        PortQuery query = PortQuery.port(request.where().port()).withProtocol(request.protocol());
        return PortReport.of(query.withThorough()).sockets().stream()
                .map(
                        socket ->
                                socket.reuseport().isEmpty() && lasting.contains(socket.cookie())
                                        ? socket.withOptions(
                                                socket.options().withReuseportInferred(false))
                                        : socket)
                .toList();
    }

    private static BindRequest newcomer(PortSocket port) {
        return new BindRequest(
                new ListenAddress(port.protocol(), port.local()),
                false,
                true,
                port.v6only().orElse(false),
                port.deviceName(),
                port.uid());
    }
}
