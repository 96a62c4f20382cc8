package dev.berth.examples.worker;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// The same over TLS.
public final class TlsWorker {
    private TlsWorker() {}

    /// Arguments: the port, if no dispatcher starts it; a key store; its password.
    public static void main(String[] args) throws IOException, GeneralSecurityException {
        SSLSocketFactory factory = context(new File(args[1]), args[2]).getSocketFactory();
        Connections.serveAll(Integer.parseInt(args[0]), client -> serve(factory, client));
    }

    private static void serve(SSLSocketFactory factory, Socket client) throws IOException {
        String host = client.getInetAddress().getHostAddress();
        try (SSLSocket tls =
                (SSLSocket) factory.createSocket(client, host, client.getPort(), true)) {
            tls.setUseClientMode(false);
            HttpConversation.hold(tls);
        }
    }

    private static SSLContext context(File keyStore, String password)
            throws IOException, GeneralSecurityException {
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(keyStore, password.toCharArray()), password.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
