package dev.berth.inspect;

import dev.berth.net.Addresses;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The bind that results from following a fix literally.
final class TriedFix {
    private static final Pattern PORT = Pattern.compile("bind port (\\d+): .*");
    private static final Pattern HOST = Pattern.compile("bind (\\S+): .*");
    private static final Pattern UID = Pattern.compile("run yours as uid (\\d+): .*");

    private TriedFix() {}

    /// Empty for a fix that requires others to do something.
    static Optional<Attempt> of(String fix, BindRequest request) {
        return request(fix, request).map(Attempt::new);
    }

    private static Optional<BindRequest> request(String fix, BindRequest request) {
        if (fix.startsWith("set SO_REUSEADDR on your socket")) {
            return Optional.of(request.withReuseaddr(true));
        }
        if (fix.startsWith("set SO_REUSEPORT on your socket")) {
            return Optional.of(request.withReuseport(true));
        }
        if (fix.startsWith("set IPV6_V6ONLY on your socket")) {
            return Optional.of(request.withV6only(true));
        }
        if (fix.startsWith("clear IPV6_V6ONLY on your socket")) {
            return Optional.of(request.withV6only(false));
        }
        Matcher port = PORT.matcher(fix);
        if (port.matches()) {
            int other = Integer.parseInt(port.group(1));
            return Optional.of(request.withAddress(request.where().withPort(other)));
        }
        Matcher uid = UID.matcher(fix);
        if (uid.matches()) {
            return Optional.of(request.withUid(Integer.parseInt(uid.group(1))));
        }
        Matcher host = HOST.matcher(fix);
        return host.matches()
                ? Optional.of(
                        request.withAddress(Addresses.of(host.group(1), request.where().port())))
                : Optional.empty();
    }
}
