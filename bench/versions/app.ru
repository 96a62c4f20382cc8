# Versions of one application, selected by the variable VERSION, as in app.py: puma -b
# tcp://ADDRESS:PORT app.ru
version = ENV.fetch('VERSION', 'good')

if version == 'boot'
  sleep 1.6
  require 'there_is_no_such_module'
end

if version == 'silent'
  class Puma::Server
    def handle_servers
      sleep
    end
  end
end

run lambda { |_env|
  exit!(4) if version == 'dies'
  body = "version pid=#{Process.pid}\n"
  [200, { 'content-type' => 'text/plain', 'content-length' => body.bytesize.to_s }, [body]]
}
