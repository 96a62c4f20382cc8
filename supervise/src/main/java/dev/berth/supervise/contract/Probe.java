package dev.berth.supervise.contract;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;

/// An HTTP address that is requested until it answers 2xx. `{slot}` in it is replaced, and so is a
/// private port by the slot's own. It must reach exactly one worker, so it names a port of
/// [ServiceSpec#privatePorts] or contains `{slot}`.
public record Probe(String url, Duration interval) {
    public Probe {
        if (!url.startsWith("http://") || !hasHost(url)) {
            throw new IllegalArgumentException(
                    "a probe is an http:// URL, such as http://localhost:9090/ready, not " + url);
        }
    }

    private static boolean hasHost(String url) {
        try {
            return new URI(url.replace("{slot}", "0")).getHost() != null;
        } catch (URISyntaxException wrong) {
            return false;
        }
    }

    /// The address to request: with the slot's number, and with the slot's own port if that is
    /// private.
    public URI forSlot(int slot, ServiceSpec spec) {
        URI uri = URI.create(url.replace("{slot}", Integer.toString(slot)));
        if (!spec.privatePorts().contains(uri.getPort())) {
            return uri;
        }
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String host = uri.getHost() + ":" + (uri.getPort() + slot);
        return URI.create("http://" + host + uri.getRawPath() + query);
    }
}
