/**
 * A text as the words it is found by: accents folded, camelCase and punctuation split, plurals and verb endings cut
 * (English and Spanish alike, as no text says which it is), Spanish words for things and deeds put beside their
 * English ones.
 */
export function searchWords(text: string): string[] {
  return splitWords(text).flatMap((word, at) => {
    // "Para la máquina" begins with an order to stop; anywhere else "para" means "for".
    if (STOP_WORDS.has(word) && !(word === "para" && at === 0)) return [];
    const stem = stemOf(word);
    const english = GLOSSARY.get(word) ?? GLOSSARY.get(stem);
    return english ? [...english, stem] : [stem];
  });
}

/** Lower case, accents folded, camelCase split: `setStockLevels` → set stock levels. */
function splitWords(text: string): string[] {
  return text
    .slice(0, 4000)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** Rough on purpose: both sides of a search go through it, so it needs to be the same, not right. */
function stemOf(word: string): string {
  if (word.length <= 3 || /\d/.test(word)) return word;
  let stem = word;
  if (/(?:[^aeiou])ies$/.test(stem)) stem = `${stem.slice(0, -3)}y`;
  else if (/(?:ss|sh|ch|x|z)es$/.test(stem)) stem = stem.slice(0, -2);
  else if (/[^su]s$/.test(stem)) stem = stem.slice(0, -1);
  if (stem.length > 5 && stem.endsWith("ing")) stem = undouble(stem.slice(0, -3));
  else if (stem.length > 4 && /[^e]ed$/.test(stem)) stem = undouble(stem.slice(0, -2));
  else if (stem.length > 6 && /(?:amiento|imiento)$/.test(stem)) stem = stem.replace(/[ai]miento$/, "");
  else if (stem.length > 5 && /(?:ando|iendo)$/.test(stem)) stem = stem.replace(/(?:ando|iendo)$/, "");
  if (stem.length > 4 && /[aeo]$/.test(stem)) stem = stem.slice(0, -1);
  return stem;
}

function undouble(stem: string): string {
  return /([bdgmnprt])\1$/.test(stem) ? stem.slice(0, -1) : stem;
}

const STOP_WORDS = new Set(
  `a an the of to in on at by for from with and or is are be was were it its this that these those i me my we us our you your
please can could would should do does what which who how there their them as if then than so some any all
el la los las un una unos unas de del al a en por para con y o es son era fue lo su sus mi mis me nos te tu tus se que cual
cuales quien como hay esta estan este estos estas ese esa esos esas favor puedes podrias quiero quisiera necesito le les si no ya mas muy
todo todos toda todas cada`.split(/\s+/),
);

/**
 * What people say → what operations are called: deeds first, then things that services usually have. Mostly Spanish
 * (infinitive, command, noun), and English words for kinds of the thing.
 */
const PAIRS = `
list|lista listar listame enumera enumerar muestra mostrar muestrame ensena ensename ver hay
find|search busca buscar buscame encuentra encontrar
get|dame dime obtener obten consulta consultar trae traer saca
search|find busca buscar buscame encuentra encontrar
create|crea crear anade anadir agrega agregar nueva nuevo nuevos nuevas abre abrir alta
add|anade anadir agrega agregar
update|actualiza actualizar modifica modificar cambia cambiar edita editar corrige
set|pon poner ponga fija fijar ajusta ajustar establece establecer cambia cambiar
delete|borra borrar elimina eliminar quita quitar suprime
remove|quita quitar retira retirar elimina eliminar
cancel|cancela cancelar anula anular
start|arranca arrancar inicia iniciar enciende encender empieza lanza lanzar
run|ejecuta ejecutar corre correr
stop|para parar deten detener apaga apagar frena
restart|reinicia reiniciar
pause|pausa pausar
resume|reanuda reanudar
send|envia enviar manda mandar
post|publica publicar escribe escribir pon
notify|avisa avisar notifica notificar
read|lee leer
count|many cuenta contar cuantos cuantas cuanto cuanta
quantity|many cuantos cuantas cuanto cuanta
stock|many cuantos cuantas cuanto cuanta queda quedan
check|comprueba comprobar revisa revisar verifica verificar
show|muestra mostrar ensena ver
upload|sube subir carga cargar
download|descarga descargar baja bajar
login|entra entrar acceder
logout|sal salir
rename|renombra renombrar
silence|silencia silenciar calla
approve|aprueba aprobar
invite|invita invitar
assign|asigna asignar
pull|descarga descargar
think|piensa pensar razona reflexiona
summarise|resume resumir resumen
compare|compara comparar
explain|explica explicar
translate|traduce traducir
part|pieza repuesto recambio
piece|pieza
stock|existencia inventario reserva almacen
inventory|inventario existencia
bolt|tornillo perno
part|bolt screw nut washer bearing belt tornillo perno tuerca arandela rodamiento correa
machine|mill lathe laser fresadora torno
screw|tornillo
nut|tuerca
washer|arandela
bearing|rodamiento
machine|maquina
mill|fresadora
lathe|torno
laser|laser
job|trabajo tarea encargo
task|tarea
order|pedido orden encargo compra
notice|aviso anuncio nota
board|tablon pizarra tablero
message|mensaje
channel|canal
user|usuario
person|persona
people|gente persona
customer|cliente
client|cliente
pet|mascota
dog|perro
cat|gato
store|tienda
container|contenedor
image|imagen
volume|volumen
network|red
node|nodo
service|servicio
secret|secreto
log|registro
event|evento
alert|alerta
alarm|alarma
status|estado
state|estado
version|version
info|informacion dato
information|informacion
file|archivo fichero
folder|carpeta
document|documento
report|informe
invoice|factura
bill|factura
payment|pago
price|precio
account|cuenta
name|nombre
id|identificador
quantity|cantidad
number|numero
date|fecha
address|direccion
city|ciudad
country|pais
weather|tiempo clima
team|equipo
project|proyecto
group|grupo
role|rol
permission|permiso
key|clave llave
password|contrasena
token|token
settings|ajuste configuracion
config|configuracion
system|sistema
server|servidor
database|base
table|tabla
row|fila
comment|comentario
reaction|reaccion
member|miembro
guild|servidor gremio
emoji|emoji
webhook|webhook
invite|invitacion
calendar|calendario
meeting|reunion
room|sala habitacion
booking|reserva
ticket|billete entrada incidencia
issue|incidencia problema
product|producto articulo
item|articulo elemento
category|categoria
tag|etiqueta
label|etiqueta
photo|foto
picture|foto
model|modelo
workshop|taller
shipment|envio
delivery|entrega
vehicle|vehiculo
car|coche
employee|empleado
shift|turno
supplier|proveedor
warehouse|almacen
sensor|sensor
device|dispositivo
temperature|temperatura
plugin|complemento
snapshot|instantanea
backup|copia respaldo
board|notice
waiting|espera pendiente
running|marcha funcionando
idle|libre parada
available|disponible
`;

const GLOSSARY = readPairs(PAIRS);

function readPairs(text: string): ReadonlyMap<string, readonly string[]> {
  const glossary = new Map<string, string[]>();
  for (const line of text.trim().split("\n")) {
    const [english = "", spanish = ""] = line.split("|");
    for (const word of spanish.split(" ")) {
      for (const form of new Set([word, stemOf(word)]))
        glossary.set(form, [...(glossary.get(form) ?? []), stemOf(english)]);
    }
  }
  return glossary;
}
